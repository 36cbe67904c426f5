// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// Event is a fact about a ticket. The set is closed: a switch over it lists every case.
//
// What identifies someone or is free text stands in a field named Personal, which is stored sealed and is nil
// once its key was destroyed. Everything else is stored in the clear and may be kept for ever.
//
//sumtype:decl
type Event interface{ event() }

// Recorded is an event as the log keeps it.
type Recorded struct {
	Event    Event
	Ticket   ID
	Version  int   // of the ticket, from 1
	Position int64 // in the log, from 1; 0 while it is being decided
	At       time.Time
	By       person.Actor
	Act      ID // the command it belongs to; all events of one act share it and stand together
}

// Opened starts a ticket (FAQ 2.2).
type Opened struct {
	Number       string             `json:"number"` // e.g. 2026-0001234, as people read it out
	Service      catalog.ServiceID  `json:"service"`
	Problem      catalog.ProblemID  `json:"problem"`
	Entity       catalog.EntityCode `json:"entity"`            // competent from here on
	ChosenEntity catalog.EntityCode `json:"chosen"`            // in the form; differs from Entity in the operators' own form
	Channel      Channel            `json:"channel"`           //
	Identity     Identity           `json:"identity"`          //
	Citizen      string             `json:"citizen,omitempty"` // account of the verified citizen whose ticket it is
	Subject      string             `json:"subject"`           // keyed hash of the requester's tax code, hex
	Requester    RequesterRole      `json:"requester"`         //
	Facilitated  bool               `json:"facilitated,omitempty"`
	LinkedTo     ID                 `json:"continues,omitempty"` // the closed ticket that this one goes on from
	Attachments  []Attachment       `json:"attachments,omitempty"`
	Status       Status             `json:"status"`
	Personal     *Form              `json:"-"`
}

// Form is what the requester wrote.
type Form struct {
	GivenName   string `json:"given_name"`
	FamilyName  string `json:"family_name"`
	TaxCode     string `json:"tax_code"`
	Email       string `json:"email"`
	Phone       string `json:"phone"`
	Description string `json:"description"`
	// OnBehalfOf is whom the request is about when not the requester: a minor, a delegating person.
	OnBehalfOf string   `json:"concerns,omitempty"`
	IUV        string   `json:"iuv,omitempty"`
	FileNames  []string `json:"file_names,omitempty"` // in the order of the attachments
}

// Assigned gives the ticket to an operator of the competent entity or to its supervisors (FAQ 2.3).
type Assigned struct {
	Assignee Assignee `json:"assignee"`
}

// Unassigned leaves the ticket without anyone.
type Unassigned struct{}

// Taken records that an operator starts working on the ticket.
type Taken struct {
	Assignee Assignee `json:"assignee"`
	Status   Status   `json:"status"`
}

// CitizenNote is a public note: the citizen reads it from VisibleFrom, and so does every operator who sees the
// ticket. There is no way from another note's type to this one.
type CitizenNote struct {
	Note        ID           `json:"note"`
	VisibleFrom time.Time    `json:"visible_from"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Personal    *Text        `json:"-"`
}

// InternalNote is read at the entity that was competent when it was written, and nowhere else.
type InternalNote struct {
	Note        ID                 `json:"note"`
	Entity      catalog.EntityCode `json:"entity"`
	Attachments []Attachment       `json:"attachments,omitempty"`
	Personal    *Text              `json:"-"`
}

// RegionalNote is read by the Region and the ASR of one hand-over, never by the citizen (FAQ 2.6).
type RegionalNote struct {
	Note        ID                 `json:"note"`
	Handover    int                `json:"handover"`
	ASR         catalog.EntityCode `json:"asr"`
	VisibleFrom time.Time          `json:"visible_from"`
	Attachments []Attachment       `json:"attachments,omitempty"`
	Personal    *Text              `json:"-"`
}

// Text is free text, with the names of the files that came with it.
type Text struct {
	Text      string   `json:"text"`
	FileNames []string `json:"file_names,omitempty"`
}

// CitizenAsked waits for the citizen's answer to the note (FAQ 2.4).
type CitizenAsked struct {
	Note   ID     `json:"note"`
	Status Status `json:"status"`
}

// Resumed goes on without waiting for the citizen.
type Resumed struct {
	Status   Status `json:"status"`
	Personal *Text  `json:"-"` // the reason
}

// CitizenReplied is what the citizen wrote back.
type CitizenReplied struct {
	Reply       ID           `json:"reply"`
	Kind        ReplyKind    `json:"kind"`
	Status      Status       `json:"status"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Personal    *Text        `json:"-"`
}

// Escalated hands the ticket over to the Region (FAQ 2.6). It clears the assignee.
type Escalated struct {
	Handover int                `json:"handover"` // 1, 2, 3 … : redirects count too
	From     catalog.EntityCode `json:"from"`
	Note     ID                 `json:"note"`
	Ground   Ground             `json:"ground,omitempty"` // why the playbook lets it go; empty: there was none
	Status   Status             `json:"status"`
}

// Recalled takes back a hand-over that the Region had not yet taken.
type Recalled struct {
	Handover int                `json:"handover"`
	Entity   catalog.EntityCode `json:"entity"`
	Assignee Assignee           `json:"assignee"`
	Status   Status             `json:"status"`
	Personal *Text              `json:"-"` // the reason
}

// Redirected sends the ticket from the Region to an ASR.
type Redirected struct {
	Handover int                `json:"handover"`
	To       catalog.EntityCode `json:"to"`
	Assignee Assignee           `json:"assignee"` // the former one, when the ASR had the ticket before
	Note     ID                 `json:"note"`
	Status   Status             `json:"status"`
}

// Resolved answers the request (FAQ 2.5). Resolution counts resolutions of the ticket: closing names one of them.
type Resolved struct {
	Resolution int       `json:"resolution"`
	Note       ID        `json:"note,omitempty"` // none when confirming again after a reopening
	EffectFrom time.Time `json:"effect_from"`    // clocks start here: when the note can be seen
	Status     Status    `json:"status"`
}

// Discarded ends a ticket that is no request, without a word to anyone.
type Discarded struct {
	Resolution int           `json:"resolution"`
	Why        DiscardReason `json:"why"`
	EffectFrom time.Time     `json:"effect_from"`
	Status     Status        `json:"status"`
}

// MarkedDuplicate ends a ticket that another one of the same citizen already tells.
type MarkedDuplicate struct {
	Resolution int       `json:"resolution"`
	Original   ID        `json:"main"`
	Note       ID        `json:"note"`
	EffectFrom time.Time `json:"effect_from"`
	Status     Status    `json:"status"`
}

// Reopened takes a resolved ticket up again.
type Reopened struct {
	Assignee Assignee `json:"assignee"`
	Status   Status   `json:"status"`
	Personal *Text    `json:"-"` // the operator's reason; the citizen's stands in the reply before it
}

// ActWithdrawn undoes one whole act while its note was still held. Notes names what nobody will see; the rest is how
// the ticket stands again.
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

// AutoClosed ends the ticket: that resolution's waiting time has passed (FAQ 2.5). Final.
type AutoClosed struct {
	Resolution int    `json:"resolution"`
	Status     Status `json:"status"`
}

// TransferredToSuccessor moves the ticket from an entity that ceased to the one that follows it.
type TransferredToSuccessor struct {
	From catalog.EntityCode `json:"from"`
	To   catalog.EntityCode `json:"to"`
}

// Reclassified says what the request is really about.
type Reclassified struct {
	Service catalog.ServiceID `json:"service"`
	Problem catalog.ProblemID `json:"problem"`
}

// PlaybookStarted begins a run: the checks that the ticket's service and problem call for (FAQ 2.7–2.12). A run before it
// is history.
type PlaybookStarted struct {
	Run    int                     `json:"run"` // 1, 2, 3 … of the ticket
	Pinned playbook.PinnedVersions `json:"pinned"`
	Entity catalog.EntityCode      `json:"entity"` // whose systems are asked; its people and the Region's read the answers
}

// CheckAnswered is an answer to a check of the run, an operator's or a connected system's.
type CheckAnswered struct {
	Run      int                `json:"run"`
	Entity   catalog.EntityCode `json:"entity"` // of the run
	Check    playbook.CheckID   `json:"check"`
	Yes      bool               `json:"yes"`
	Query    playbook.Query     `json:"query,omitempty"` // that a connected system answered; empty: a person did
	Personal *Evidence          `json:"-"`
}

// Evidence is what an answer rests on.
type Evidence struct {
	Values playbook.Evidence `json:"values,omitempty"`
}

// CheckTried records that a connected system was asked for a check in vain: it is not known yet.
type CheckTried struct {
	Run    int                `json:"run"`
	Entity catalog.EntityCode `json:"entity"`
	Check  playbook.CheckID   `json:"check"`
	Query  playbook.Query     `json:"query"`
	Why    QueryFailure       `json:"why"`
}

// AnswersForgotten takes answers back to not known: the run came back to them from another playbook.
type AnswersForgotten struct {
	Run    int                `json:"run"`
	Checks []playbook.CheckID `json:"checks"`
}

// OutcomeCarriedOut says that the act did what the run's outcome says.
type OutcomeCarriedOut struct {
	Run     int                `json:"run"`
	Outcome playbook.OutcomeID `json:"outcome"`
	Action  playbook.Action    `json:"act"`
	Remind  bool               `json:"remind,omitempty"` // the run stays alive until an answer changes
}

// PlaybookReminded tells the operators that a run still waits for something to be mended (FAQ 2.7, 2.11).
type PlaybookReminded struct {
	Run int `json:"run"`
	N   int `json:"n"` // 1, 2, 3 … since the outcome was carried out
}

// HandoverWarned says that a hand-over is close to the time within which its receiver is to take it.
type HandoverWarned struct {
	Handover int                `json:"handover"`
	Entity   catalog.EntityCode `json:"entity"` // that received it
	Due      time.Time          `json:"due"`
}

// HandoverBreached says that this time has passed.
type HandoverBreached struct {
	Handover int                `json:"handover"`
	Entity   catalog.EntityCode `json:"entity"`
	Due      time.Time          `json:"due"`
}

// PingPongNoticed says that the ticket was handed over for the third time, or more often.
type PingPongNoticed struct {
	Handover int                `json:"handover"`
	ASR      catalog.EntityCode `json:"asr"` // on the other side than the Region
}

// CitizenReminded reminds the citizen of the question that they were asked.
type CitizenReminded struct {
	Question ID  `json:"asked"` // the note with the question
	N        int `json:"n"`     // 1, 2 … of that question
}

// ContactFailed says that the address in the form takes no mail: «recapito fallito».
type ContactFailed struct {
	Message string          `json:"message"` // the Message-ID of what was not delivered
	Why     DeliveryFailure `json:"why"`
}

// PersonalDataErased says that the ticket's keys were destroyed with this event: no Personal field of the
// ticket can be read any more.
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
func (PersonalDataErased) event()     {}

// The families of the events (family.go), and what their members have in common.

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
