// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
)

// noReplyText is the note to a citizen who did not answer a question until the ticket was resolved.
const noReplyText = "Non avendo ricevuto risposta alla nostra richiesta di informazioni, consideriamo conclusa la Sua richiesta. " +
	"Se ha ancora bisogno di aiuto risponda a questo messaggio: riprenderemo da dove eravamo rimasti."

// staleError refuses the command of a timer because the ticket changed since the timer was set.
func staleError(s ticket.State, m ticket.Move, code refusal.Code) error {
	return &ticket.NotAllowedError{Move: m, Status: s.Status, Reason: code.With()}
}

// checkMove returns an error if the actor may not make the move or if it is not possible in the status of the ticket.
func checkMove(s ticket.State, m ticket.Move, by person.Actor) error {
	if err := checkActor(s, m, by); err != nil {
		return err
	}
	_, err := nextStatus(s, m)
	return err
}

// decideHandoverAlert records that the deadline of a hand-over is near or has passed, once per hand-over and only until the receiver takes
// the ticket. recorded reports whether the alert was recorded before.
func decideHandoverAlert(
	s ticket.State, m ticket.Move, recorded bool, by person.Actor, e ticket.HandoverAlertEvent,
) ([]ticket.Event, error) {
	if err := checkMove(s, m, by); err != nil {
		return nil, err
	}
	if s.Handover.N != e.HandoverNumber() || recorded {
		return nil, staleError(s, m, refusal.StaleHandoverAlert)
	}
	return []ticket.Event{e}, nil
}

// decidePingPong records the ping-pong of the latest hand-over, once. The saga counts the hand-overs.
func decidePingPong(s ticket.State, c ticket.NoticePingPong, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveNoticePingPong, by); err != nil {
		return nil, err
	}
	if s.Handover.N != c.Handover || s.Handover.PingPong {
		return nil, staleError(s, ticket.MoveNoticePingPong, refusal.StalePingPong)
	}
	return []ticket.Event{ticket.PingPongNoticed{Handover: c.Handover, ASR: s.Handover.ASR}}, nil
}

// decidePlaybookReminder records a reminder of a run whose outcome waits for a correction (FAQ 2.7, 2.11), each number once.
func (r Engine) decidePlaybookReminder(s ticket.State, c ticket.RemindPlaybook, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveRemindPlaybook, by); err != nil {
		return nil, err
	}
	if run, active := r.activeRun(s, c.Run); !active || !run.Remind || c.N <= run.Reminded {
		return nil, staleError(s, ticket.MoveRemindPlaybook, refusal.StalePlaybookReminder)
	}
	return []ticket.Event{ticket.PlaybookReminded(c)}, nil
}

// decideCitizenReminder records a reminder of the latest question, each number once, while the citizen can be written to.
func decideCitizenReminder(s ticket.State, c ticket.RemindCitizen, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveRemindCitizen, by); err != nil {
		return nil, err
	}
	if s.Asked.Note != c.Question || c.N <= s.Asked.Reminded || s.Erased {
		return nil, staleError(s, ticket.MoveRemindCitizen, refusal.StaleCitizenReminder)
	}
	return []ticket.Event{ticket.CitizenReminded(c)}, nil
}

// decideExpireQuestion resolves a ticket whose latest question was not answered. Its note, which is not held, tells the citizen how to
// continue. An erased ticket is resolved without a note.
func decideExpireQuestion(s ticket.State, c ticket.ExpireQuestion, by person.Actor, now time.Time) ([]ticket.Event, error) {
	if err := checkActor(s, ticket.MoveExpireQuestion, by); err != nil {
		return nil, err
	}
	to, err := nextStatus(s, ticket.MoveExpireQuestion)
	if err != nil {
		return nil, err
	}
	if s.Asked.Note != c.Question {
		return nil, staleError(s, ticket.MoveExpireQuestion, refusal.StaleQuestion)
	}
	resolved := ticket.Resolved{Resolution: s.Resolution + 1, EffectFrom: now, Status: to}
	if s.Erased {
		return []ticket.Event{resolved}, nil
	}
	resolved.Note = c.Note
	return []ticket.Event{ticket.CitizenNote{Note: c.Note, VisibleFrom: now, Personal: &ticket.Text{Text: noReplyText}}, resolved}, nil
}

// decideReportContact records that the citizen cannot be reached, once until the citizen writes again or the address is corrected. A message
// that went to a former address says nothing about the present one.
func decideReportContact(s ticket.State, c ticket.ReportContact, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveReportContact, by); err != nil || s.Unreachable || c.Address < s.Address {
		return nil, err
	}
	return []ticket.Event{ticket.ContactFailed{Message: c.Message, Why: c.Why}}, nil
}

// decideKeepMail records a mail without effect, up to the maximum: a machine may answer each of our mails.
func decideKeepMail(s ticket.State, c ticket.KeepMail, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveKeepMail, by); err != nil || s.Erased || s.KeptMails >= receivedmail.MaxKeptMails {
		return nil, err
	}
	mail := ticket.MailFor(s, c.Mail)
	return []ticket.Event{ticket.MailKept{
		Mail: c.ID, Why: c.Why, Original: c.Original, Unverified: mail.IsUnverified(), Personal: &ticket.Text{Text: c.Text, MailContent: mail},
	}}, nil
}
