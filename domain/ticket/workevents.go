// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import "github.com/sol-assistenza/sol/domain/catalog"

// Assigned records that the ticket was given to an operator of the competent entity or to its supervisors (FAQ 2.3).
type Assigned struct {
	Assignee Assignee `json:"assignee"`
}

// Unassigned records that the ticket has no assignee any more.
type Unassigned struct{}

// Taken records the start of work on the ticket, and its assignee (FAQ 2.3).
type Taken struct {
	Assignee Assignee `json:"assignee"`
	Status   Status   `json:"status"`
}

// CitizenAsked records that the ticket waits for the citizen's answer to the note (FAQ 2.4).
type CitizenAsked struct {
	Note   ID     `json:"note"`
	Status Status `json:"status"`
}

// Resumed records that an operator resumes work without an answer of the citizen (FAQ 2.4).
type Resumed struct {
	Status   Status `json:"status"`
	Personal *Text  `json:"-"` // the reason
}

// CitizenReplied records a reply of the citizen, or a mail to the ticket that does not count as the citizen's (Unverified): its words are kept,
// and it reopens and confirms nothing. Status is the status of the ticket after it.
type CitizenReplied struct {
	Reply       ID           `json:"reply"`
	Kind        ReplyKind    `json:"kind"`
	Status      Status       `json:"status"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Original    *Attachment  `json:"original,omitempty"`   // the mail that holds the reply
	Unverified  bool         `json:"unverified,omitempty"` // that mail does not count as the citizen's; Personal says why
	Duplicate   ID           `json:"duplicate,omitempty"`  // the duplicate of this ticket to which the citizen replied
	Personal    *Text        `json:"-"`
}

// Reclassified records that an operator changed the service and problem of the ticket.
type Reclassified struct {
	Service catalog.ServiceID `json:"service"`
	Problem catalog.ProblemID `json:"problem"`
}

func (Assigned) event()       {}
func (Unassigned) event()     {}
func (Taken) event()          {}
func (CitizenAsked) event()   {}
func (Resumed) event()        {}
func (CitizenReplied) event() {}
func (Reclassified) event()   {}

func (Assigned) assignmentEvent()   {}
func (Unassigned) assignmentEvent() {}

func (Taken) progressEvent()          {}
func (CitizenAsked) progressEvent()   {}
func (Resumed) progressEvent()        {}
func (CitizenReplied) progressEvent() {}

func (e Assigned) NewAssignee() Assignee { return e.Assignee }
func (Unassigned) NewAssignee() Assignee { return Assignee{} }
func (e Taken) NewAssignee() Assignee    { return e.Assignee }
