// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"time"

	"github.com/sol-assistenza/sol/domain/person"
)

// noReplyText is what the citizen reads when nobody answered a question for so long that the ticket is resolved.
const noReplyText = "Non avendo ricevuto risposta alla nostra richiesta di informazioni, consideriamo conclusa la Sua richiesta. " +
	"Se ha ancora bisogno di aiuto risponda a questo messaggio: riprenderemo da dove eravamo rimasti."

// staleError refuses what a timer asks for when the ticket has moved on since it was set.
func staleError(s State, m Move, rule string) error {
	return &NotAllowedError{Move: m, Status: s.Status, Rule: rule}
}

// checkMove asks whether the system may do this now.
func checkMove(s State, m Move, by person.Actor) error {
	if err := checkActor(s, m, by); err != nil {
		return err
	}
	_, err := nextStatus(s, m)
	return err
}

// decideHandoverAlert notes that a hand-over's time is nearly over or past, while nobody at the receiving entity has taken it.
func decideHandoverAlert(s State, m Move, handover int, noted bool, by person.Actor, e Event) ([]Event, error) {
	if err := checkMove(s, m, by); err != nil {
		return nil, err
	}
	if s.Handover.N != handover || noted {
		return nil, staleError(s, m, "it is about another hand-over, or noted already")
	}
	return []Event{e}, nil
}

func decidePingPong(s State, c NoticePingPong, by person.Actor) ([]Event, error) {
	if err := checkMove(s, MoveNoticePingPong, by); err != nil {
		return nil, err
	}
	if s.Handover.N != c.Handover || s.Handover.PingPong {
		return nil, staleError(s, MoveNoticePingPong, "that hand-over was withdrawn, another one followed, or it is noticed already")
	}
	return []Event{PingPongNoticed{Handover: c.Handover, ASR: s.Handover.ASR}}, nil
}

// decidePlaybookReminder keeps a run alive whose outcome waits for something to be mended (FAQ 2.7, 2.11).
func (r Engine) decidePlaybookReminder(s State, c RemindPlaybook, by person.Actor) ([]Event, error) {
	if err := checkMove(s, MoveRemindPlaybook, by); err != nil {
		return nil, err
	}
	if run, own := r.activeRun(s, c.Run); !own || !run.Remind || c.N <= run.Reminded {
		return nil, staleError(s, MoveRemindPlaybook, "the checks have moved on since this reminder was set")
	}
	return []Event{PlaybookReminded(c)}, nil
}

func decideCitizenReminder(s State, c RemindCitizen, by person.Actor) ([]Event, error) {
	if err := checkMove(s, MoveRemindCitizen, by); err != nil {
		return nil, err
	}
	if s.Asked.Note != c.Question || c.N <= s.Asked.Reminded || s.Erased {
		return nil, staleError(s, MoveRemindCitizen, "the citizen was asked something else since, was reminded already, or cannot be reached: the data was erased")
	}
	return []Event{CitizenReminded(c)}, nil
}

// decideExpireQuestion resolves a ticket that waited in vain, and tells the citizen how to go on.
func decideExpireQuestion(s State, c ExpireQuestion, by person.Actor, now time.Time) ([]Event, error) {
	if err := checkActor(s, MoveExpireQuestion, by); err != nil {
		return nil, err
	}
	to, err := nextStatus(s, MoveExpireQuestion)
	if err != nil {
		return nil, err
	}
	if s.Asked.Note != c.Question {
		return nil, staleError(s, MoveExpireQuestion, "the citizen was asked something else since")
	}
	resolved := Resolved{Resolution: s.Resolution + 1, EffectFrom: now, Status: to}
	if s.Erased {
		return []Event{resolved}, nil
	}
	resolved.Note = c.Note
	return []Event{CitizenNote{Note: c.Note, VisibleFrom: now, Personal: &Text{Text: noReplyText}}, resolved}, nil
}

func decideReportContact(s State, c ReportContact, by person.Actor) ([]Event, error) {
	if err := checkMove(s, MoveReportContact, by); err != nil || s.Unreachable {
		return nil, err
	}
	return []Event{ContactFailed(c)}, nil
}
