// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// Ticket is one ticket as one viewer may see it at one moment. It is the answer to GET /tickets/{id}.
type Ticket struct {
	ID          ticket.ID     `json:"id"`
	Number      string        `json:"number" example:"2026-0001234"`
	Status      ticket.Status `json:"status"`
	StatusLabel string        `json:"status_label" doc:"Italian; in plain words for the citizen"`
	Version     int           `json:"version" doc:"number of events that the viewer may know of; the ETag"`
	Position    string        `json:"position" doc:"EPOCH.POSITION of the last of them"`
	At          time.Time     `json:"at" doc:"the moment that is shown"`

	Entity       Entity             `json:"entity" doc:"competent"`
	ChosenEntity catalog.EntityCode `json:"chosen" doc:"in the form"`
	Assignee     *Assignee          `json:"assignee,omitempty"`
	Service      Labelled           `json:"service"`
	Problem      Labelled           `json:"problem"`
	Channel      ticket.Channel     `json:"channel"`
	Identity     ticket.Identity    `json:"identity"`
	OtherPerson  bool               `json:"other_person,omitempty" doc:"The citizen logged in, but the tax code in the form is not known to be theirs"`
	// Representation is nil if the form names nobody but the requester.
	Representation *Representation `json:"representation,omitempty" doc:"Whether the requester may act for another person whom the form names; absent if it names nobody else"`
	Statement      int             `json:"privacy_statement,omitempty" doc:"Version of the privacy statement of the chosen entity that the form showed; absent if it showed none"`
	OpenedAt       time.Time       `json:"opened_at"`
	// UpdatedAt is the time of the last event that the viewer may know of.
	UpdatedAt time.Time `json:"updated_at"`

	Requester   Requester `json:"requester"`
	Concerns    string    `json:"concerns,omitempty" doc:"whom the request is about when not the requester"`
	Description string    `json:"description"`
	IUV         string    `json:"iuv,omitempty"`
	Facilitated bool      `json:"facilitated" doc:"whether facilitated access was used"`
	Attachments []File    `json:"attachments"`
	Mail        MailParts `json:"mail,omitzero" doc:"of a linked ticket that a mail opened"`
	Notes       []Note    `json:"notes"`
	Timeline    []Line    `json:"timeline"`

	Handovers []Handover `json:"handovers"`
	// Clock is the remaining time of a hand-over that nobody at the receiving entity has taken, if it is known.
	Clock *Clock `json:"handover_clock,omitempty"`
	// Unreachable is true when mail to the address in the form is not accepted: «e-mail non consegnata».
	Unreachable bool      `json:"unreachable" doc:"true if mail to the address in the form is not accepted («e-mail non consegnata»)"`
	ToInform    ticket.ID `json:"to_inform,omitempty" doc:"id of the latest public note that nobody could mail and that the citizen must be told by telephone or letter; for operators"`
	Answered    bool      `json:"answered" doc:"true if the citizen has replied since the ticket's operator acted; false for citizens"`
	// Playbook names the playbook of the ticket. History.PlaybookRun returns the state of its checks.
	Playbook *Labelled     `json:"playbook,omitempty"`
	ReadOnly bool          `json:"read_only" doc:"true if the viewer cannot change the ticket: an auditor, or an operator of an entity that had the ticket before"`
	Moves    []ticket.Move `json:"moves" doc:"what the viewer may do now"`
	// UndoUntil is the moment until which the viewer may withdraw their own last act, or nil.
	UndoUntil   *time.Time `json:"undo_until,omitempty"`
	Resolutions int        `json:"resolutions"`
	// ClosesAt is the moment at which the resolved ticket closes by itself if nobody reopens it (FAQ 2.5).
	ClosesAt    *time.Time `json:"closes_at,omitempty" doc:"when the resolved ticket closes by itself"`
	Continues   ticket.ID  `json:"continues,omitempty" doc:"id of the closed ticket to which this ticket is linked"`
	DuplicateOf ticket.ID  `json:"duplicate_of,omitempty"`
	Restricted  bool       `json:"restricted,omitempty" doc:"restricted access: of the operators of an entity the assignee and the supervisors alone see the ticket; false for citizens"`
	Erased      bool       `json:"erased" doc:"the personal data were destroyed: texts and names are empty"`
}

// Files returns all attachments: those of the form and those of the notes, with the original mails.
func (t Ticket) Files() (all []File) {
	for _, f := range t.FilePointers() {
		all = append(all, *f)
	}
	return all
}

// FilePointers returns pointers to all attachments, for a caller that completes them.
func (t *Ticket) FilePointers() (all []*File) {
	add := func(files []File, original *File) {
		for i := range files {
			all = append(all, &files[i])
		}
		if original != nil {
			all = append(all, original)
		}
	}
	add(t.Attachments, t.Mail.Original)
	for i := range t.Notes {
		add(t.Notes[i].Attachments, t.Notes[i].Original)
	}
	return all
}

// Entity is an entity with its name.
type Entity struct {
	Code catalog.EntityCode `json:"code"`
	Name string             `json:"name"`
}

// Assignee is an operator, or the supervisors as a group.
type Assignee struct {
	ID          string `json:"id,omitempty"`
	Name        string `json:"name"`
	Supervisors bool   `json:"supervisors"`
}

// Labelled is an id of the catalogue with its Italian label.
type Labelled struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Requester holds the requester's data as typed into the form.
type Requester struct {
	Role       ticket.RequesterRole `json:"role"`
	GivenName  string               `json:"given_name"`
	FamilyName string               `json:"family_name"`
	TaxCode    string               `json:"tax_code"`
	Email      string               `json:"email"`
	Phone      string               `json:"phone"`
}

// File is an attachment without its content.
type File struct {
	ID        ticket.ID `json:"id"`
	Name      string    `json:"name" doc:"empty once erased"`
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size" doc:"bytes"`
	FileChecks
}

// Audience is the group of people who may read a text.
type Audience string

// The audiences. Internal is one entity. Public is the citizen and every operator who sees the ticket. Regional is the Region and the ASR
// of one hand-over.
const (
	AudienceInternal Audience = "internal"
	AudienceCitizen  Audience = "citizen"
	AudienceRegional Audience = "regional"
)

// Note is a text on the ticket: an operator's note or the citizen's reply.
type Note struct {
	ID          ticket.ID `json:"id"`
	Kind        string    `json:"kind" enum:"note,reply,mail" doc:"mail: a mail without effect, such as an automatic reply"`
	Audience    Audience  `json:"audience" enum:"internal,citizen,regional"`
	Text        string    `json:"text"`
	By          By        `json:"by"`
	At          time.Time `json:"at"`
	VisibleFrom time.Time `json:"visible_from" doc:"time from which readers outside the author's entity can see the note"`
	Held        bool      `json:"held" doc:"true while readers outside the author's entity cannot see the note"`
	Withdrawn   bool      `json:"withdrawn" doc:"true if the act was undone: readers outside the author's entity never saw the note"`
	Attachments []File    `json:"attachments"`
	Flagged     bool      `json:"flagged" doc:"a message on a resolved ticket that changed nothing"`
	Erased      bool      `json:"erased"`
	Duplicate   ticket.ID `json:"duplicate,omitempty" doc:"of a reply: id of the duplicate of this ticket to which the citizen replied"`
	MailParts
}

// By is the actor of an event. For the citizen it names the entity, never the operator.
type By struct {
	ID     string             `json:"id,omitempty"`
	Role   person.Role        `json:"role,omitempty"`
	Entity catalog.EntityCode `json:"entity,omitempty"`
	Name   string             `json:"name"`
}

// Line is one event in the timeline.
type Line struct {
	Version int       `json:"version" doc:"number of the event among those that the viewer may know of, in the order in which they could be known"`
	At      time.Time `json:"at"`
	By      By        `json:"by"`
	Type    string    `json:"type" doc:"the event's name, e.g. taken"`
	Text    string    `json:"text" doc:"an Italian sentence"`
	// Reason is the reason that the actor gave, if the viewer may read it.
	Reason string `json:"reason,omitempty"`
}

// Direction is the direction of a hand-over.
type Direction string

// The directions.
const (
	ToRegion Direction = "escalated"
	ToASR    Direction = "redirected"
)

// Handover is one change of competence between an ASR and the Region.
type Handover struct {
	N          int        `json:"n"`
	Direction  Direction  `json:"direction" enum:"escalated,redirected"`
	ASR        Entity     `json:"asr"`
	At         time.Time  `json:"at"`
	RecalledAt *time.Time `json:"recalled_at,omitempty"`
}
