// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// notificationState holds the entity and assignee of a ticket, its latest hand-over and the hold of its latest note.
type notificationState struct {
	Entity              catalog.EntityCode `json:"entity"`             // the competent entity
	ASR                 catalog.EntityCode `json:"asr,omitempty"`      // the ASR of the latest hand-over
	Handover            int                `json:"handover,omitempty"` // number of the latest hand-over
	HandoverAct         ticket.ID          `json:"handed,omitempty"`   // the act that handed over to the Region
	HandoverVisibleFrom time.Time          `json:"known,omitzero"`     // the notifications of that act leave then
	Assignee            ticket.Assignee    `json:"assignee,omitzero"`
	NoteAct             ticket.ID          `json:"act,omitempty"`      // the act of the latest public or regional note
	NoteVisibleFrom     time.Time          `json:"held,omitzero"`      // its reader sees that note from then on
	NoEmail             bool               `json:"no_email,omitempty"` // the citizen has no e-mail address
	Erased              bool               `json:"erased,omitempty"`
}

// Notifications returns the saga that notifies citizens, operators and supervisors, each once for an event, and only of what they may
// read (FAQ 2.4–2.6). It sends nothing about an act before its hold has ended.
func Notifications() runtime.Saga[undoState[notificationState]] {
	react := func(before undoState[notificationState], r ticket.Recorded) (undoState[notificationState], []runtime.Action) {
		after, _ := before.apply(r, notificationState.apply)
		n := notificationBuilder{recorded: r, after: after.Current, before: before.Current}
		n.addForEvent()
		return after, n.actions
	}
	return runtime.Saga[undoState[notificationState]]{Name: "notifications", Version: 1, React: react}
}

// apply folds an event. The saga has no timers that follow from its state, so the reason is empty.
func (s notificationState) apply(r ticket.Recorded) (notificationState, string) {
	s.Entity, s.Assignee = competentEntity(s.Entity, r.Event), currentAssignee(s.Assignee, r.Event)
	switch e := r.Event.(type) {
	case ticket.CitizenNote:
		s.NoteAct, s.NoteVisibleFrom = r.Act, e.VisibleFrom
	case ticket.RegionalNote:
		s.NoteAct, s.NoteVisibleFrom = r.Act, e.VisibleFrom
	case ticket.Escalated:
		s.ASR, s.Handover = e.From, e.Handover
		s.HandoverAct, s.HandoverVisibleFrom = r.Act, r.At
		if s.NoteAct == r.Act {
			s.HandoverVisibleFrom = s.NoteVisibleFrom
		}
	case ticket.Redirected:
		s.ASR, s.Handover = e.To, e.Handover
	case ticket.PersonalDataErased:
		s.Erased = true
	case ticket.Opened:
		s.NoEmail = e.NoEmail
	case ticket.ContactsCorrected:
		s.NoEmail = e.NoEmail
	case ticket.ContactFailed, ticket.MailKept, ticket.LinksRevoked, ticket.CitizenInformed, ticket.ReplyForwarded:
	case ticket.InternalNote:
	case ticket.Recalled, ticket.TransferredToSuccessor:
	case ticket.AssignmentEvent, ticket.ProgressEvent, ticket.ResolutionEvent, ticket.Reopened,
		ticket.ActWithdrawn, ticket.AutoClosed, ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent,
		ticket.CitizenReminded, ticket.ReaderEvent, ticket.RepresentationEvent:
	}
	return s, ""
}

// notificationBuilder collects the notifications of one event.
type notificationBuilder struct {
	recorded      ticket.Recorded
	after, before notificationState
	actions       []runtime.Action
}

// Keys of messages to operators and supervisors that may wait for the end of a hold. They are stored: message ids depend on them.
const (
	keyRegion   = "region"
	keyASR      = "asr"
	keyReceipt  = "receipt"
	keyRegional = "regional"
	keyAssigned = "assigned"
	keyAlert    = "alert"
)

// citizenKey returns the key of a message to the citizen. It is stored, too.
func citizenKey(kind NotificationKind) string { return "citizen/" + string(kind) }

// heldKeys are the keys of the messages that may wait for the end of a hold.
var heldKeys = []string{
	citizenKey(KindPublicNote), citizenKey(KindWithRegion), citizenKey(KindRedirected), citizenKey(KindBackAtASR),
	citizenKey(KindReopened), citizenKey(KindConfirmed), keyRegion, keyASR, keyReceipt, keyRegional, keyAssigned, keyAlert,
}

// addForEvent adds the notifications of the event.
func (n *notificationBuilder) addForEvent() {
	switch e := n.recorded.Event.(type) {
	case ticket.Opened:
		n.notifyCitizen(KindOpened, Notification{})
		n.notifyOperators(KindNewTicket, e.Entity)
	case ticket.Assigned:
		n.notifyAssignee(e.Assignee)
	case ticket.Taken:
		n.notifyAssignee(e.Assignee)
	case ticket.CitizenNote:
		n.notifyCitizen(KindPublicNote, Notification{Note: e.Note})
	case ticket.RegionalNote:
		if e.Handover == n.before.Handover { // the note of the hand-over's own act has the next number
			n.notifyOtherSide(e)
		}
	case ticket.CitizenReplied:
		kind := KindReply
		switch {
		case e.Unverified:
			kind = KindUnverifiedMail
		case e.Kind == ticket.ReplyMessage:
			kind = KindCourtesyReply
		}
		n.notifyHolder(kind, Notification{Note: e.Reply})
	case ticket.Escalated:
		n.notifyCitizen(KindWithRegion, Notification{})
		n.add(keyRegion, Notification{Kind: KindHandover, To: ToOperators, Entity: catalog.Region, N: e.Handover})
		if n.recorded.By.ID != "" {
			n.actions = append(n.actions, n.sendWhenVisible(keyReceipt,
				Notification{Kind: KindHandoverReceipt, To: ToAccount, Entity: e.From, Operator: n.recorded.By.ID, N: e.Handover}))
		}
	case ticket.Redirected:
		kind := KindRedirected
		if e.To == n.before.ASR {
			kind = KindBackAtASR
		}
		n.notifyCitizen(kind, Notification{})
		n.add(keyASR, Notification{Kind: KindHandedBack, To: ToOperators, Entity: e.To, N: e.Handover})
	case ticket.Recalled:
		if n.recorded.At.Before(n.before.HandoverVisibleFrom) { // the notifications of the hand-over have not left
			n.cancelHeld(n.before.HandoverAct)
			break
		}
		n.notifyCitizen(KindBackAtASR, Notification{})
		n.add(keyRegion, Notification{Kind: KindRecalled, To: ToOperators, Entity: catalog.Region, N: e.Handover})
	case ticket.Resolved:
		if e.Note == "" {
			n.notifyCitizen(KindConfirmed, Notification{N: e.Resolution})
		}
	case ticket.Reopened:
		if n.recorded.By.Role != person.Citizen {
			n.notifyCitizen(KindReopened, Notification{})
		}
	case ticket.AutoClosed:
		n.after = n.before // after the closing the state is empty
		n.notifyCitizen(KindClosed, Notification{})
	case ticket.CitizenReminded:
		if n.after.NoEmail {
			n.notifyHolder(KindToInform, Notification{Note: e.Question, N: e.N})
			break
		}
		n.notifyCitizen(KindReminder, Notification{Note: e.Question, N: e.N})
	case ticket.OutcomeCarriedOut:
		if e.Action == playbook.Alert {
			n.add(keyAlert, Notification{Kind: KindPrivacyAlert, To: ToSupervisors, Entity: n.after.Entity})
		}
	case ticket.PlaybookReminded:
		n.notifyHolder(KindPlaybookReminder, Notification{N: e.N})
	case ticket.HandoverWarned:
		n.notifyDeadline(KindDeadlineNear, e.Entity, e.Handover)
	case ticket.HandoverBreached:
		n.notifyDeadline(KindDeadlineMissed, e.Entity, e.Handover)
	case ticket.PingPongNoticed:
		for _, at := range []catalog.EntityCode{e.ASR, catalog.Region} {
			n.add("ping-pong/"+string(at), Notification{Kind: KindPingPong, To: ToSupervisors, Entity: at, N: e.Handover})
		}
	case ticket.ContactFailed:
		n.notifyHolder(KindContactFailed, Notification{})
	case ticket.LinksRevoked:
		if e.Send {
			n.notifyCitizen(KindNewLink, Notification{N: e.Issue})
		}
	case ticket.ContactsCorrected:
		if e.EmailChanged && !e.NoEmail {
			n.notifyCitizen(KindContactsCorrected, Notification{N: e.Address})
		}
	case ticket.MailKept, ticket.CitizenInformed, ticket.ReplyForwarded:
	case ticket.ActWithdrawn:
		n.cancelHeld(e.Act)
	case ticket.Unassigned:
	case ticket.InternalNote:
	case ticket.CitizenAsked, ticket.Resumed:
	case ticket.TransferredToSuccessor:
	case ticket.Discarded, ticket.MarkedDuplicate:
	case ticket.PlaybookStarted, ticket.CheckAnswered, ticket.CheckTried, ticket.AnswersForgotten:
	case ticket.Reclassified, ticket.ReaderEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
	}
}

// cancelHeld cancels the messages of an act that still wait for the end of its hold.
func (n *notificationBuilder) cancelHeld(act ticket.ID) {
	for _, key := range heldKeys {
		n.actions = append(n.actions, runtime.Cancel{Key: string(act) + "/" + key})
	}
}

// notifyCitizen notifies the citizen, unless the personal data of the ticket was erased.
func (n *notificationBuilder) notifyCitizen(kind NotificationKind, note Notification) {
	if n.after.Erased {
		return
	}
	note.Kind, note.To = kind, ToCitizen
	n.add(citizenKey(kind), note)
}

// notifyAssignee notifies the new assignee, but not an operator who took the ticket.
func (n *notificationBuilder) notifyAssignee(to ticket.Assignee) {
	switch {
	case to.Supervisors:
		n.add(keyAssigned, Notification{Kind: KindAssigned, To: ToSupervisors, Entity: n.after.Entity})
	case to.Operator != n.recorded.By.ID:
		n.add(keyAssigned, Notification{Kind: KindAssigned, To: ToAccount, Entity: n.after.Entity, Operator: to.Operator})
	}
}

// notifyHolder notifies the assignee or, if there is none, all operators of the competent entity.
func (n *notificationBuilder) notifyHolder(kind NotificationKind, note Notification) {
	if n.after.Entity == "" {
		return // the ticket is closed
	}
	note.Kind, note.To, note.Entity, note.Operator = kind, ToOperators, n.after.Entity, n.after.Assignee.Operator
	switch {
	case n.after.Assignee.Supervisors:
		note.To = ToSupervisors
	case note.Operator != "":
		note.To = ToAccount
	}
	n.add("holder", note)
}

// notifyOperators notifies the operators of an entity.
func (n *notificationBuilder) notifyOperators(kind NotificationKind, at catalog.EntityCode) {
	n.add("operators", Notification{Kind: kind, To: ToOperators, Entity: at})
}

// notifyOtherSide notifies the operators of the other side of a hand-over of a regional message.
func (n *notificationBuilder) notifyOtherSide(e ticket.RegionalNote) {
	at := catalog.Region
	if n.recorded.By.Entity == catalog.Region {
		at = e.ASR
	}
	n.add(keyRegional, Notification{Kind: KindRegionalMessage, To: ToOperators, Entity: at, Note: e.Note, N: e.Handover})
}

// notifyDeadline notifies operators and supervisors of an entity of the warning or breach of a hand-over to it.
func (n *notificationBuilder) notifyDeadline(kind NotificationKind, at catalog.EntityCode, handover int) {
	n.add("operators", Notification{Kind: kind, To: ToOperators, Entity: at, N: handover})
	n.add("supervisors", Notification{Kind: kind, To: ToSupervisors, Entity: at, N: handover})
}

// add adds a notification. The account that caused the event gets no notification of it.
func (n *notificationBuilder) add(key string, note Notification) {
	note.By = n.recorded.By.ID
	n.actions = append(n.actions, n.sendWhenVisible(key, note))
}

// sendWhenVisible returns the action that sends the notification now or, if the event's act is held, when the hold ends.
func (n *notificationBuilder) sendWhenVisible(key string, note Notification) runtime.Action {
	note.Act = n.recorded.Act
	send := runtime.Send{Topic: TopicNotify, Key: key, Payload: mustMarshal(note)}
	if n.after.NoteAct != n.recorded.Act || !n.after.NoteVisibleFrom.After(n.recorded.At) {
		return send
	}
	return runtime.SendLater{Key: string(n.recorded.Act) + "/" + key, At: n.after.NoteVisibleFrom, Send: send,
		Why: "the act can be undone until then"}
}
