// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// Event is a recorded fact about a ticket. The set is closed: a switch over Event names every event or its family.
//
// Names, tax codes, contacts, evidence and free text are in a field named Personal only. Personal is stored sealed and is nil once its key
// was destroyed. All other fields are stored in the clear and may be kept for ever.
//
//sumtype:decl
type Event interface{ event() }

// Recorded is an event with its ticket, version, position, time, actor and act.
type Recorded struct {
	Event    Event
	Ticket   ID
	Version  int   // number of the event in the ticket, from 1
	Position int64 // number of the event in the log, from 1; 0 until it is appended
	At       time.Time
	By       person.Actor
	Act      ID // shared by all events of one command, which are consecutive
}

// IsWithdrawn reports whether an act of a history was undone.
func IsWithdrawn(history []Recorded, act ID) bool {
	return slices.ContainsFunc(history, func(r Recorded) bool {
		w, undone := r.Event.(ActWithdrawn)
		return undone && w.Act == act
	})
}

// HeldUntil returns the end of the hold of an act: until then the act can be withdrawn, and the readers of its notes do not know of it. It is
// zero if the act wrote no note that is held.
func HeldUntil(history []Recorded, act ID) (until time.Time) {
	for _, r := range history {
		if n, ok := r.Event.(NoteEvent); ok && r.Act == act && n.HeldUntil().After(until) {
			until = n.HeldUntil()
		}
	}
	return until
}

// Opened records a new ticket (FAQ 2.2).
type Opened struct {
	Number       string             `json:"number"` // e.g. 2026-0001234
	Service      catalog.ServiceID  `json:"service"`
	Problem      catalog.ProblemID  `json:"problem"`
	Entity       catalog.EntityCode `json:"entity"` // the competent entity
	ChosenEntity catalog.EntityCode `json:"chosen"` // the entity chosen in the form; not Entity if Service is OperatorsForm
	Channel      Channel            `json:"channel"`
	Identity     Identity           `json:"identity"`
	Citizen      string             `json:"citizen,omitempty"` // account of the verified citizen whose ticket it is
	Subject      string             `json:"subject,omitempty"` // keyed hash of the requester's tax code; only in ticket.opened.v1
	Person       string             `json:"person,omitempty"`  // person id of the requester; empty without a tax code
	Requester    RequesterRole      `json:"requester"`
	Facilitated  bool               `json:"facilitated,omitempty"` // facilitated access was used (FAQ 2.12)
	LinkedTo     ID                 `json:"continues,omitempty"`   // the closed ticket to which the citizen replied
	Attachments  []Attachment       `json:"attachments,omitempty"`
	Original     *Attachment        `json:"original,omitempty"` // the mail that opened the linked ticket
	Status       Status             `json:"status"`
	Personal     *Form              `json:"-"`
}

// Form holds the personal data of a request. In Opened the tax code, the e-mail address and the telephone number are normalised by package
// person.
type Form struct {
	GivenName   string `json:"given_name"`
	FamilyName  string `json:"family_name"`
	TaxCode     string `json:"tax_code"`
	Email       string `json:"email"`
	Phone       string `json:"phone"`
	Description string `json:"description"`
	// OnBehalfOf names the person concerned if it is not the requester: a minor or a person who delegated.
	OnBehalfOf string   `json:"concerns,omitempty"`
	IUV        string   `json:"iuv,omitempty"`
	FileNames  []string `json:"file_names,omitempty"` // in the order of the attachments
	MailContent
}

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

// CitizenNote records a public note. The citizen and every operator who sees the ticket may read it from VisibleFrom on, the author's
// entity at once. A note of another type cannot become a CitizenNote.
type CitizenNote struct {
	Note        ID           `json:"note"`
	VisibleFrom time.Time    `json:"visible_from"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Personal    *Text        `json:"-"`
}

// InternalNote records a note for the operators of Entity, the author's entity. Other operators and the citizen never read it.
type InternalNote struct {
	Note        ID                 `json:"note"`
	Entity      catalog.EntityCode `json:"entity"`
	Attachments []Attachment       `json:"attachments,omitempty"`
	Personal    *Text              `json:"-"`
}

// RegionalNote records a note that operators of the Region and of the ASR of one hand-over may read from VisibleFrom on, the author's
// entity at once. The citizen never reads it (FAQ 2.6).
type RegionalNote struct {
	Note        ID                 `json:"note"`
	Handover    int                `json:"handover"`
	ASR         catalog.EntityCode `json:"asr"`
	VisibleFrom time.Time          `json:"visible_from"`
	Attachments []Attachment       `json:"attachments,omitempty"`
	Personal    *Text              `json:"-"`
}

// Text holds free text and the names of the files that are attached to it.
type Text struct {
	Text      string   `json:"text"`
	FileNames []string `json:"file_names,omitempty"`
	MailContent
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

// CitizenReplied records a reply of the citizen. Status is the status of the ticket after it.
type CitizenReplied struct {
	Reply       ID           `json:"reply"`
	Kind        ReplyKind    `json:"kind"`
	Status      Status       `json:"status"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Original    *Attachment  `json:"original,omitempty"` // the mail that holds the reply
	Personal    *Text        `json:"-"`
}

// Escalated records a hand-over to the Region (FAQ 2.6). The ticket loses its assignee.
type Escalated struct {
	Handover int                `json:"handover"` // number of the hand-over in the ticket, from 1; redirects count too
	From     catalog.EntityCode `json:"from"`
	Note     ID                 `json:"note"`
	Ground   Ground             `json:"ground,omitempty"` // empty if no checks were prescribed and no ground was named
	Status   Status             `json:"status"`
}

// Recalled records that an ASR took back a ticket before the Region took it (FAQ 2.6).
type Recalled struct {
	Handover int                `json:"handover"`
	Entity   catalog.EntityCode `json:"entity"`
	Assignee Assignee           `json:"assignee"`
	Status   Status             `json:"status"`
	Personal *Text              `json:"-"` // the reason
}

// Redirected records that the Region sent the ticket to an ASR (FAQ 2.6).
type Redirected struct {
	Handover int                `json:"handover"`
	To       catalog.EntityCode `json:"to"`
	Assignee Assignee           `json:"assignee"` // the former assignee if this ASR handed the ticket over; else nobody
	Note     ID                 `json:"note"`
	Status   Status             `json:"status"`
}

// Resolved records that the request was answered (FAQ 2.5). Resolution is the number of the resolution in the ticket, from 1.
type Resolved struct {
	Resolution int       `json:"resolution"`
	Note       ID        `json:"note,omitempty"` // empty if the ticket was reopened or erased before and is resolved without a note
	EffectFrom time.Time `json:"effect_from"`    // the note becomes visible and the waiting time for closing begins
	Status     Status    `json:"status"`
}

// Discarded records that the ticket is no request. The citizen gets no note.
type Discarded struct {
	Resolution int           `json:"resolution"`
	Why        DiscardReason `json:"why"`
	EffectFrom time.Time     `json:"effect_from"`
	Status     Status        `json:"status"`
}

// MarkedDuplicate records that the ticket repeats another ticket, Original, of the same citizen.
type MarkedDuplicate struct {
	Resolution int       `json:"resolution"`
	Original   ID        `json:"main"`
	Note       ID        `json:"note"`
	EffectFrom time.Time `json:"effect_from"`
	Status     Status    `json:"status"`
}

// Reopened records that work on a resolved ticket begins again (FAQ 2.5).
type Reopened struct {
	Assignee Assignee `json:"assignee"`
	Status   Status   `json:"status"`
	Personal *Text    `json:"-"` // the operator's reason; nil if the CitizenReplied before it reopened the ticket
}

// ActWithdrawn records the undo of one whole act while its note was held. Notes lists the notes of the act, which stay unseen outside the
// author's entity. The other fields are those of the ticket after the undo.
type ActWithdrawn struct {
	Act      ID                   `json:"act"`
	Notes    []ID                 `json:"notes,omitempty"`
	Service  catalog.ServiceID    `json:"service"`
	Problem  catalog.ProblemID    `json:"problem"`
	Entity   catalog.EntityCode   `json:"entity"`
	Traces   []catalog.EntityCode `json:"traces,omitempty"`
	Assignee Assignee             `json:"assignee"`
	Status   Status               `json:"status"`
}

// AutoClosed records that the system closed the ticket, because the waiting time of the resolution has passed (FAQ 2.5). It is final.
type AutoClosed struct {
	Resolution int    `json:"resolution"`
	Status     Status `json:"status"`
}

// TransferredToSuccessor records that the ticket moved from an entity that ceased to its successor.
type TransferredToSuccessor struct {
	From catalog.EntityCode `json:"from"`
	To   catalog.EntityCode `json:"to"`
}

// Reclassified records that an operator changed the service and problem of the ticket.
type Reclassified struct {
	Service catalog.ServiceID `json:"service"`
	Problem catalog.ProblemID `json:"problem"`
}

// PlaybookStarted records the start of a run: the checks that are prescribed for the ticket's service and problem (FAQ 2.7–2.12). The run
// replaces an earlier one.
type PlaybookStarted struct {
	Run    int                     `json:"run"` // number of the run in the ticket, from 1
	Pinned playbook.PinnedVersions `json:"pinned"`
	Entity catalog.EntityCode      `json:"entity"` // the ASR whose systems are asked; it and the Region may read the answers
}

// CheckAnswered records an answer of an operator or of a connected system to a check of the run.
type CheckAnswered struct {
	Run      int                `json:"run"`
	Entity   catalog.EntityCode `json:"entity"` // of the run
	Check    playbook.CheckID   `json:"check"`
	Yes      bool               `json:"yes"`
	Query    playbook.Query     `json:"query,omitempty"` // the query that a connected system answered; empty if a person answered
	Personal *Evidence          `json:"-"`
}

// Evidence holds the values on which an answer is based.
type Evidence struct {
	Values playbook.Evidence `json:"values,omitempty"`
}

// CheckTried records that a connected system was asked and gave no answer to a check.
type CheckTried struct {
	Run    int                `json:"run"`
	Entity catalog.EntityCode `json:"entity"`
	Check  playbook.CheckID   `json:"check"`
	Query  playbook.Query     `json:"query"`
	Why    QueryFailure       `json:"why"`
}

// AnswersForgotten records that checks have no answer any more, because the run returned to them from another playbook (FAQ 2.11 → 2.9).
type AnswersForgotten struct {
	Run    int                `json:"run"`
	Checks []playbook.CheckID `json:"checks"`
}

// OutcomeCarriedOut records that the act did what the outcome of the run prescribes.
type OutcomeCarriedOut struct {
	Run     int                `json:"run"`
	Outcome playbook.OutcomeID `json:"outcome"`
	Action  playbook.Action    `json:"act"`
	Remind  bool               `json:"remind,omitempty"` // the run stays open, with reminders, until an answer changes
}

// PlaybookReminded records a reminder to the operators: the run still waits for a correction (FAQ 2.7, 2.11).
type PlaybookReminded struct {
	Run int `json:"run"`
	N   int `json:"n"` // number of the reminder since the outcome was carried out, from 1
}

// HandoverWarned records that the deadline is near within which the receiver of a hand-over must take the ticket.
type HandoverWarned struct {
	Handover int                `json:"handover"`
	Entity   catalog.EntityCode `json:"entity"` // the receiver
	Due      time.Time          `json:"due"`
}

// HandoverBreached records that the deadline of a hand-over has passed.
type HandoverBreached struct {
	Handover int                `json:"handover"`
	Entity   catalog.EntityCode `json:"entity"`
	Due      time.Time          `json:"due"`
}

// PingPongNoticed records that a hand-over is the ticket's third or a later one.
type PingPongNoticed struct {
	Handover int                `json:"handover"`
	ASR      catalog.EntityCode `json:"asr"` // of the hand-over; the other party is the Region
}

// CitizenReminded records a reminder to the citizen of a question.
type CitizenReminded struct {
	Question ID  `json:"asked"` // the note with the question
	N        int `json:"n"`     // number of the reminder of this question, from 1
}

// ContactFailed records that the e-mail address in the form accepts no mail («e-mail non consegnata»).
type ContactFailed struct {
	Message string          `json:"message"` // Message-ID of the mail that was not delivered
	Why     DeliveryFailure `json:"why"`
}

// MailKept records a mail to the ticket's address that changes nothing. Operators who see the ticket may read it; the citizen does not see it.
type MailKept struct {
	Mail     ID          `json:"mail"`
	Why      MailEffect  `json:"why"`
	Original *Attachment `json:"original,omitempty"`
	Personal *Text       `json:"-"`
}

// PersonalDataErased records that the keys of the ticket were destroyed together with this event. No Personal field of the ticket can be
// read any more.
type PersonalDataErased struct{}

func (Opened) event()                 {}
func (Assigned) event()               {}
func (Unassigned) event()             {}
func (Taken) event()                  {}
func (CitizenNote) event()            {}
func (InternalNote) event()           {}
func (RegionalNote) event()           {}
func (CitizenAsked) event()           {}
func (Resumed) event()                {}
func (CitizenReplied) event()         {}
func (Escalated) event()              {}
func (Recalled) event()               {}
func (Redirected) event()             {}
func (Resolved) event()               {}
func (Discarded) event()              {}
func (MarkedDuplicate) event()        {}
func (Reopened) event()               {}
func (ActWithdrawn) event()           {}
func (AutoClosed) event()             {}
func (TransferredToSuccessor) event() {}
func (Reclassified) event()           {}
func (PlaybookStarted) event()        {}
func (CheckAnswered) event()          {}
func (CheckTried) event()             {}
func (AnswersForgotten) event()       {}
func (OutcomeCarriedOut) event()      {}
func (PlaybookReminded) event()       {}
func (HandoverWarned) event()         {}
func (HandoverBreached) event()       {}
func (PingPongNoticed) event()        {}
func (CitizenReminded) event()        {}
func (ContactFailed) event()          {}
func (MailKept) event()               {}
func (PersonalDataErased) event()     {}

// The methods below make an event a member of its family, and of the interfaces EntityEvent and AssigneeEvent (family.go).

func (Assigned) assignmentEvent()   {}
func (Unassigned) assignmentEvent() {}

func (CitizenNote) noteEvent()  {}
func (InternalNote) noteEvent() {}
func (RegionalNote) noteEvent() {}

func (Taken) progressEvent()          {}
func (CitizenAsked) progressEvent()   {}
func (Resumed) progressEvent()        {}
func (CitizenReplied) progressEvent() {}

func (Escalated) competenceEvent()              {}
func (Recalled) competenceEvent()               {}
func (Redirected) competenceEvent()             {}
func (TransferredToSuccessor) competenceEvent() {}

func (Resolved) resolutionEvent()        {}
func (Discarded) resolutionEvent()       {}
func (MarkedDuplicate) resolutionEvent() {}

func (PlaybookStarted) playbookEvent()   {}
func (CheckAnswered) playbookEvent()     {}
func (CheckTried) playbookEvent()        {}
func (AnswersForgotten) playbookEvent()  {}
func (OutcomeCarriedOut) playbookEvent() {}
func (PlaybookReminded) playbookEvent()  {}

func (HandoverWarned) handoverAlertEvent()   {}
func (HandoverBreached) handoverAlertEvent() {}
func (PingPongNoticed) handoverAlertEvent()  {}

func (ContactFailed) contactEvent() {}
func (MailKept) contactEvent()      {}

func (e CitizenNote) NoteID() ID  { return e.Note }
func (e InternalNote) NoteID() ID { return e.Note }
func (e RegionalNote) NoteID() ID { return e.Note }

func (e CitizenNote) HeldUntil() time.Time  { return e.VisibleFrom }
func (InternalNote) HeldUntil() time.Time   { return time.Time{} }
func (e RegionalNote) HeldUntil() time.Time { return e.VisibleFrom }

func (e Resolved) ResolutionNumber() int        { return e.Resolution }
func (e Discarded) ResolutionNumber() int       { return e.Resolution }
func (e MarkedDuplicate) ResolutionNumber() int { return e.Resolution }

func (e Resolved) EffectiveFrom() time.Time        { return e.EffectFrom }
func (e Discarded) EffectiveFrom() time.Time       { return e.EffectFrom }
func (e MarkedDuplicate) EffectiveFrom() time.Time { return e.EffectFrom }

func (e Resolved) NewStatus() Status        { return e.Status }
func (e Discarded) NewStatus() Status       { return e.Status }
func (e MarkedDuplicate) NewStatus() Status { return e.Status }

func (e PlaybookStarted) RunNumber() int   { return e.Run }
func (e CheckAnswered) RunNumber() int     { return e.Run }
func (e CheckTried) RunNumber() int        { return e.Run }
func (e AnswersForgotten) RunNumber() int  { return e.Run }
func (e OutcomeCarriedOut) RunNumber() int { return e.Run }
func (e PlaybookReminded) RunNumber() int  { return e.Run }

func (e HandoverWarned) HandoverNumber() int   { return e.Handover }
func (e HandoverBreached) HandoverNumber() int { return e.Handover }
func (e PingPongNoticed) HandoverNumber() int  { return e.Handover }

func (e Opened) CompetentEntity() catalog.EntityCode                 { return e.Entity }
func (Escalated) CompetentEntity() catalog.EntityCode                { return catalog.Region }
func (e Recalled) CompetentEntity() catalog.EntityCode               { return e.Entity }
func (e Redirected) CompetentEntity() catalog.EntityCode             { return e.To }
func (e TransferredToSuccessor) CompetentEntity() catalog.EntityCode { return e.To }
func (e ActWithdrawn) CompetentEntity() catalog.EntityCode           { return e.Entity }

func (e Assigned) NewAssignee() Assignee     { return e.Assignee }
func (Unassigned) NewAssignee() Assignee     { return Assignee{} }
func (e Taken) NewAssignee() Assignee        { return e.Assignee }
func (Escalated) NewAssignee() Assignee      { return Assignee{} }
func (e Recalled) NewAssignee() Assignee     { return e.Assignee }
func (e Redirected) NewAssignee() Assignee   { return e.Assignee }
func (e Reopened) NewAssignee() Assignee     { return e.Assignee }
func (e ActWithdrawn) NewAssignee() Assignee { return e.Assignee }
