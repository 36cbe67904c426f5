// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"time"

	"github.com/sol-assistenza/sol/domain/person"
)

// unanswered is what the citizen reads when nobody answered a question for so long that the ticket is resolved.
const unanswered = "Non avendo ricevuto risposta alla nostra richiesta di informazioni, consideriamo conclusa la Sua richiesta. " +
	"Se ha ancora bisogno di aiuto risponda a questo messaggio: riprenderemo da dove eravamo rimasti."

// stale refuses what a timer asks for when the ticket has moved on since it was set.
func stale(s State, m Move, rule string) error {
	return &NotAllowedError{Move: m, Status: s.Status, Rule: rule}
}

// timely asks whether the system may do this now.
func timely(s State, m Move, by person.Actor) error {
	if err := may(s, m, by); err != nil {
		return err
	}
	_, err := next(s, m)
	return err
}

// clock notes that a hand-over's time is nearly over or past, while nobody at the receiving entity has taken it.
func clock(s State, m Move, handover int, noted bool, by person.Actor, e Event) ([]Event, error) {
	if err := timely(s, m, by); err != nil {
		return nil, err
	}
	if s.Handover.N != handover || noted {
		return nil, stale(s, m, "it is about another hand-over, or noted already")
	}
	return []Event{e}, nil
}

func pingPong(s State, c NoticePingPong, by person.Actor) ([]Event, error) {
	if err := timely(s, MovePingPong, by); err != nil {
		return nil, err
	}
	if s.Handover.N != c.Handover || s.Handover.PingPong {
		return nil, stale(s, MovePingPong, "that hand-over was withdrawn, another one followed, or it is noticed already")
	}
	return []Event{PingPongNoticed{Handover: c.Handover, ASR: s.Handover.ASR}}, nil
}

// remind keeps a run alive whose outcome waits for something to be mended (FAQ 2.7, 2.11).
func (r Rules) remind(s State, c Remind, by person.Actor) ([]Event, error) {
	if err := timely(s, MoveRemind, by); err != nil {
		return nil, err
	}
	if run, own := r.own(s, c.Run); !own || !run.Remind || c.N <= run.Reminded {
		return nil, stale(s, MoveRemind, "the checks have moved on since this reminder was set")
	}
	return []Event{PlaybookReminded(c)}, nil
}

func remindCitizen(s State, c RemindCitizen, by person.Actor) ([]Event, error) {
	if err := timely(s, MoveRemindCitizen, by); err != nil {
		return nil, err
	}
	if s.Asked.Note != c.Asked || c.N <= s.Asked.Reminded || s.Erased {
		return nil, stale(s, MoveRemindCitizen, "the citizen was asked something else since, was reminded already, or cannot be reached: the data was erased")
	}
	return []Event{CitizenReminded(c)}, nil
}

// expire resolves a ticket that waited in vain, and tells the citizen how to go on.
func expire(s State, c Expire, by person.Actor, now time.Time) ([]Event, error) {
	if err := may(s, MoveExpire, by); err != nil {
		return nil, err
	}
	to, err := next(s, MoveExpire)
	if err != nil {
		return nil, err
	}
	if s.Asked.Note != c.Asked {
		return nil, stale(s, MoveExpire, "the citizen was asked something else since")
	}
	resolved := Resolved{Resolution: s.Resolution + 1, EffectFrom: now, Status: to}
	if s.Erased {
		return []Event{resolved}, nil
	}
	resolved.Note = c.Note
	return []Event{CitizenNote{Note: c.Note, VisibleFrom: now, Personal: &Text{Text: unanswered}}, resolved}, nil
}

func reportContact(s State, c ReportContact, by person.Actor) ([]Event, error) {
	if err := timely(s, MoveContact, by); err != nil || s.Unreachable {
		return nil, err
	}
	return []Event{ContactFailed(c)}, nil
}
