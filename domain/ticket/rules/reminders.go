// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// noReplyText is what the citizen reads when nobody answered a question for so long that the ticket is resolved.
const noReplyText = "Non avendo ricevuto risposta alla nostra richiesta di informazioni, consideriamo conclusa la Sua richiesta. " +
	"Se ha ancora bisogno di aiuto risponda a questo messaggio: riprenderemo da dove eravamo rimasti."

// staleError refuses what a timer asks for when the ticket has moved on since it was set.
func staleError(s ticket.State, m ticket.Move, code refusal.Code) error {
	return &ticket.NotAllowedError{Move: m, Status: s.Status, Reason: code.With()}
}

// checkMove asks whether the system may do this now.
func checkMove(s ticket.State, m ticket.Move, by person.Actor) error {
	if err := checkActor(s, m, by); err != nil {
		return err
	}
	_, err := nextStatus(s, m)
	return err
}

// decideHandoverAlert notes that a hand-over's time is nearly over or past, while nobody at the receiving entity has taken it.
func decideHandoverAlert(s ticket.State, m ticket.Move, handover int, noted bool, by person.Actor, e ticket.Event) ([]ticket.Event, error) {
	if err := checkMove(s, m, by); err != nil {
		return nil, err
	}
	if s.Handover.N != handover || noted {
		return nil, staleError(s, m, refusal.StaleHandoverAlert)
	}
	return []ticket.Event{e}, nil
}

func decidePingPong(s ticket.State, c ticket.NoticePingPong, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveNoticePingPong, by); err != nil {
		return nil, err
	}
	if s.Handover.N != c.Handover || s.Handover.PingPong {
		return nil, staleError(s, ticket.MoveNoticePingPong, refusal.StalePingPong)
	}
	return []ticket.Event{ticket.PingPongNoticed{Handover: c.Handover, ASR: s.Handover.ASR}}, nil
}

// decidePlaybookReminder keeps a run alive whose outcome waits for something to be mended (FAQ 2.7, 2.11).
func (r Engine) decidePlaybookReminder(s ticket.State, c ticket.RemindPlaybook, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveRemindPlaybook, by); err != nil {
		return nil, err
	}
	if run, own := r.activeRun(s, c.Run); !own || !run.Remind || c.N <= run.Reminded {
		return nil, staleError(s, ticket.MoveRemindPlaybook, refusal.StalePlaybookReminder)
	}
	return []ticket.Event{ticket.PlaybookReminded(c)}, nil
}

func decideCitizenReminder(s ticket.State, c ticket.RemindCitizen, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveRemindCitizen, by); err != nil {
		return nil, err
	}
	if s.Asked.Note != c.Question || c.N <= s.Asked.Reminded || s.Erased {
		return nil, staleError(s, ticket.MoveRemindCitizen, refusal.StaleCitizenReminder)
	}
	return []ticket.Event{ticket.CitizenReminded(c)}, nil
}

// decideExpireQuestion resolves a ticket that waited in vain, and tells the citizen how to go on.
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

func decideReportContact(s ticket.State, c ticket.ReportContact, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveReportContact, by); err != nil || s.Unreachable {
		return nil, err
	}
	return []ticket.Event{ticket.ContactFailed(c)}, nil
}
