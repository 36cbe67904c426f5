// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// addressees is what the notifications saga remembers: who has the ticket, and until when the act at hand is held.
type addressees struct {
	Entity   catalog.EntityCode `json:"entity"` // competent
	ASR      catalog.EntityCode `json:"asr,omitempty"`
	Handover int                `json:"handover,omitempty"` // the latest
	Handed   ticket.ID          `json:"handed,omitempty"`   // the act that handed over to the Region,
	Known    time.Time          `json:"known,omitzero"`     // and from when anybody is told of it
	Assignee ticket.Assignee    `json:"assignee,omitzero"`
	Act      ticket.ID          `json:"act,omitempty"` // of the latest public note,
	Held     time.Time          `json:"held,omitzero"` // and from when it can be seen
	Erased   bool               `json:"erased,omitempty"`
}

// Notifications tells citizens, operators and supervisors what they should know, once, and never what they should not
// (FAQ 2.4–2.6; mission.md, saga 5). What can still be undone is not told before it cannot.
func Notifications() Saga[undoable[addressees]] {
	react := func(before undoable[addressees], r ticket.Recorded) (undoable[addressees], []Action) {
		after, _ := before.after(r, addressees.after)
		n := notices{r: r, s: after.Now, was: before.Now}
		n.event()
		return after, n.actions
	}
	return Saga[undoable[addressees]]{Name: "notifications", Version: 1, React: react}
}

func (s addressees) after(r ticket.Recorded) (addressees, string) {
	s.Entity = competent(s.Entity, r.Event)
	switch e := r.Event.(type) {
	case ticket.Assigned:
		s.Assignee = e.Assignee
	case ticket.Taken:
		s.Assignee = e.Assignee
	case ticket.Recalled:
		s.Assignee = e.Assignee
	case ticket.Reopened:
		s.Assignee = e.Assignee
	case ticket.Unassigned:
		s.Assignee = ticket.Assignee{}
	case ticket.CitizenNote:
		s.Act, s.Held = r.Act, e.VisibleFrom
	case ticket.RegionalNote:
		s.Act, s.Held = r.Act, e.VisibleFrom
	case ticket.Escalated:
		s.ASR, s.Handover, s.Assignee = e.From, e.Handover, ticket.Assignee{}
		s.Handed, s.Known = r.Act, r.At
		if s.Act == r.Act {
			s.Known = s.Held
		}
	case ticket.Redirected:
		s.ASR, s.Handover, s.Assignee = e.To, e.Handover, e.Assignee
	case ticket.PersonalDataErased:
		s.Erased = true
	case ticket.Opened, ticket.InternalNote, ticket.CitizenAsked, ticket.Resumed, ticket.CitizenReplied, ticket.Resolved,
		ticket.Discarded, ticket.MarkedDuplicate, ticket.ActWithdrawn, ticket.AutoClosed, ticket.Succeeded, ticket.Reclassified,
		ticket.PlaybookStarted, ticket.CheckAnswered, ticket.CheckTried, ticket.AnswersForgotten, ticket.OutcomeCarriedOut,
		ticket.PlaybookReminded, ticket.HandoverWarned, ticket.HandoverBreached, ticket.PingPongNoticed, ticket.CitizenReminded,
		ticket.ContactFailed:
	}
	return s, ""
}

// notices gathers who is told of one event.
type notices struct {
	r       ticket.Recorded
	s, was  addressees
	actions []Action
}

// held are the keys of what may wait until its act can no longer be undone.
var held = []string{"citizen/note", "citizen/regional", "citizen/redirected", "citizen/returned", "citizen/reopened", "citizen/confirmed", "region", "asr", "receipt", "regional", "assigned", "alert"}

// event is the table of who is told what.
func (n *notices) event() {
	switch e := n.r.Event.(type) {
	case ticket.Opened:
		n.citizen(Opened, Notification{})
		n.operators(NewTicket, e.Entity)
	case ticket.Assigned:
		n.assigned(e.Assignee)
	case ticket.Taken:
		n.assigned(e.Assignee)
	case ticket.CitizenNote:
		n.citizen(Written, Notification{Note: e.Note})
	case ticket.RegionalNote:
		if e.Handover == n.was.Handover { // in a hand-over's own act it is the next one's
			n.regional(e)
		}
	case ticket.CitizenReplied:
		kind := Reply
		if e.Kind == ticket.Message {
			kind = Courtesy
		}
		n.holder(kind, Notification{Note: e.Reply})
	case ticket.Escalated:
		n.citizen(Regional, Notification{})
		n.tell("region", Notification{Kind: Handover, To: ToOperators, Entity: catalog.Region, N: e.Handover})
		if n.r.By.ID != "" {
			n.actions = append(n.actions, n.later("receipt", Notification{Kind: Receipt, To: ToPerson, Entity: e.From, Operator: n.r.By.ID, N: e.Handover}))
		}
	case ticket.Redirected:
		kind := Redirected
		if e.To == n.was.ASR {
			kind = Returned
		}
		n.citizen(kind, Notification{})
		n.tell("asr", Notification{Kind: HandedBack, To: ToOperators, Entity: e.To, N: e.Handover})
	case ticket.Recalled:
		if n.r.At.Before(n.was.Known) { // nobody has heard of the hand-over
			n.withdraw(n.was.Handed)
			break
		}
		n.citizen(Returned, Notification{})
		n.tell("region", Notification{Kind: Recalled, To: ToOperators, Entity: catalog.Region, N: e.Handover})
	case ticket.Resolved:
		if e.Note == "" {
			n.citizen(Confirmed, Notification{N: e.Resolution})
		}
	case ticket.Reopened:
		if n.r.By.Role != person.Citizen {
			n.citizen(Reopened, Notification{})
		}
	case ticket.AutoClosed:
		n.s = n.was // who had it
		n.citizen(Closed, Notification{})
	case ticket.CitizenReminded:
		n.citizen(Reminder, Notification{Note: e.Asked, N: e.N})
	case ticket.OutcomeCarriedOut:
		if e.Act == playbook.Alert {
			n.tell("alert", Notification{Kind: Alert, To: ToSupervisors, Entity: n.s.Entity})
		}
	case ticket.PlaybookReminded:
		n.holder(PlaybookReminder, Notification{N: e.N})
	case ticket.HandoverWarned:
		n.late(Warned, e.Entity, e.Handover)
	case ticket.HandoverBreached:
		n.late(Breached, e.Entity, e.Handover)
	case ticket.PingPongNoticed:
		for _, at := range []catalog.EntityCode{e.ASR, catalog.Region} {
			n.tell("ping-pong/"+string(at), Notification{Kind: PingPong, To: ToSupervisors, Entity: at, N: e.Handover})
		}
	case ticket.ContactFailed:
		n.holder(Undeliverable, Notification{})
	case ticket.ActWithdrawn:
		n.withdraw(e.Act)
	case ticket.Unassigned, ticket.InternalNote, ticket.CitizenAsked, ticket.Resumed, ticket.Discarded, ticket.MarkedDuplicate,
		ticket.Succeeded, ticket.Reclassified, ticket.PlaybookStarted, ticket.CheckAnswered, ticket.CheckTried,
		ticket.AnswersForgotten, ticket.PersonalDataErased:
	}
}

// withdraw takes back what an act had put aside.
func (n *notices) withdraw(act ticket.ID) {
	for _, key := range held {
		n.actions = append(n.actions, Cancel{Key: string(act) + "/" + key})
	}
}

// citizen tells the citizen. Of a ticket whose personal data was erased, there is nobody to tell.
func (n *notices) citizen(kind Kind, note Notification) {
	if n.s.Erased {
		return
	}
	note.Kind, note.To = kind, ToCitizen
	n.tell("citizen/"+string(kind), note)
}

// assigned tells whoever was given the ticket, but not those who took it themselves.
func (n *notices) assigned(to ticket.Assignee) {
	switch {
	case to.Supervisors:
		n.tell("assigned", Notification{Kind: AssignedToYou, To: ToSupervisors, Entity: n.s.Entity})
	case to.Operator != n.r.By.ID:
		n.tell("assigned", Notification{Kind: AssignedToYou, To: ToPerson, Entity: n.s.Entity, Operator: to.Operator})
	}
}

// holder tells whoever has the ticket: its assignee, or all operators of the competent entity.
func (n *notices) holder(kind Kind, note Notification) {
	if n.s.Entity == "" {
		return // closed: nobody's any more
	}
	note.Kind, note.To, note.Entity, note.Operator = kind, ToOperators, n.s.Entity, n.s.Assignee.Operator
	switch {
	case n.s.Assignee.Supervisors:
		note.To = ToSupervisors
	case note.Operator != "":
		note.To = ToPerson
	}
	n.tell("holder", note)
}

func (n *notices) operators(kind Kind, at catalog.EntityCode) {
	n.tell("operators", Notification{Kind: kind, To: ToOperators, Entity: at})
}

// regional tells the other side of a hand-over that there is a message for it.
func (n *notices) regional(e ticket.RegionalNote) {
	at := catalog.Region
	if n.r.By.Entity == catalog.Region {
		at = e.ASR
	}
	n.tell("regional", Notification{Kind: RegionalMessage, To: ToOperators, Entity: at, Note: e.Note, N: e.Handover})
}

// late tells operators and supervisors of an entity that a hand-over to it runs out of time.
func (n *notices) late(kind Kind, at catalog.EntityCode, handover int) {
	n.tell("operators", Notification{Kind: kind, To: ToOperators, Entity: at, N: handover})
	n.tell("supervisors", Notification{Kind: kind, To: ToSupervisors, Entity: at, N: handover})
}

// tell sends a message now, or once the act at hand can no longer be undone.
func (n *notices) tell(key string, note Notification) {
	note.By = n.r.By.ID
	n.actions = append(n.actions, n.later(key, note))
}

func (n *notices) later(key string, note Notification) Action {
	note.Act = n.r.Act
	send := Send{Topic: TopicNotify, Key: key, Payload: payload(note)}
	if n.s.Act != n.r.Act || !n.s.Held.After(n.r.At) {
		return send
	}
	return Later{Key: string(n.r.Act) + "/" + key, At: n.s.Held, Send: send, Why: "the act can be undone until then"}
}
