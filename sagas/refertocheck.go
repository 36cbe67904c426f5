// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// refertoCheckState holds the classification of a ticket and the progress of its run.
type refertoCheckState struct {
	Service     catalog.ServiceID  `json:"service"`
	Problem     catalog.ProblemID  `json:"problem"`
	Facilitated bool               `json:"facilitated,omitempty"`
	Entity      catalog.EntityCode `json:"entity"` // the competent entity
	Open        bool               `json:"worked"` // neither resolved nor closed
	Assignee    ticket.Assignee    `json:"assignee,omitzero"`
	Erased      bool               `json:"erased,omitempty"`
	// Declared is true if somebody else may have typed the citizen's tax code. ConfirmedBy is the entity whose operator last acted on the ticket
	// while it was competent, so that somebody answers for the questions to its systems.
	Declared    bool               `json:"declared,omitempty"`
	ConfirmedBy catalog.EntityCode `json:"confirmed_by,omitempty"`

	RunNumber       int                `json:"n,omitempty"` // number of the run; 0: none
	RunEntity       catalog.EntityCode `json:"at,omitempty"`
	Run             encodedRun         `json:"run,omitempty"`
	Tries           int                `json:"tries,omitempty"`  // failed queries of the open check
	NextReminder    int                `json:"remind,omitempty"` // number of the next reminder; 0: the run does not wait
	ReminderFrom    time.Time          `json:"since,omitzero"`   // start of the time until the next reminder
	ProposedOutcome playbook.OutcomeID `json:"offered,omitempty"`
}

// encodedRun holds the versions and answers of a run as JSON text, which makes the state comparable. It holds no evidence.
type encodedRun string

// runState is the decoded form of encodedRun.
type runState struct {
	Pinned  playbook.PinnedVersions   `json:"pinned"`
	Answers map[playbook.CheckID]bool `json:"answers,omitempty"`
}

// Reminders of a run that waits for a correction are due at 9:00: the first after one working day, the others after two more each.
const (
	firstReminderDays = 1
	nextReminderDays  = 2
	reminderHour      = 9
)

// retryDelays are the times to wait after the first, second, … failed query before the connected system is asked again.
var retryDelays = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 12 * time.Hour, 24 * time.Hour,
	48 * time.Hour}

// RefertoCheck returns the saga that runs the playbooks (FAQ 2.7–2.12). It starts the run that the problem of a ticket requires, asks the
// connected systems for the open check, proposes the outcome that their answers lead to, and reminds of runs that wait for a correction. It asks
// about a citizen whose identity is only declared once an operator has acted (mayAsk).
func RefertoCheck(c *catalog.Catalog, l *playbook.Library) runtime.Saga[undoState[refertoCheckState]] {
	pending := func(u undoState[refertoCheckState]) []runtime.Schedule {
		s := u.Current
		if s.NextReminder == 0 || !s.hasCurrentRun(l) {
			return nil
		}
		days, cal := nextReminderDays, c.Calendar(s.RunEntity)
		if s.NextReminder == 1 {
			days = firstReminderDays
		}
		return []runtime.Schedule{{
			Key: fmt.Sprintf("remind/%d/%d", s.RunNumber, s.NextReminder), At: cal.AfterWorkingDays(s.ReminderFrom, days, reminderHour),
			Command: ticket.RemindPlaybook{Run: s.RunNumber, N: s.NextReminder},
			Why: fmt.Sprintf("%d working days after %s, and what the checks wait for is not mended, calendar of %s",
				days, s.ReminderFrom.In(calendar.Rome()).Format("2006-01-02 15:04"), cal.Name()),
		}}
	}
	react := func(before undoState[refertoCheckState], r ticket.Recorded) (undoState[refertoCheckState], []runtime.Action) {
		if _, opened := r.Event.(ticket.Opened); !opened && before == (undoState[refertoCheckState]{}) {
			return before, nil // the ticket is closed: no later event, such as an erasure, brings its state back
		}
		after, why := before.apply(r, refertoCheckState.apply)
		actions := runtime.DiffTimers(pending(before), pending(after), why)
		actions = append(actions, after.Current.startRun(l, r)...)
		confirmed := after.Current.mayAsk(c) && !before.Current.mayAsk(c)
		actions = append(actions, after.Current.askConnector(c, l, r, confirmed)...)
		if o := after.Current.newOutcome(l, r); o != "" {
			after.Current.ProposedOutcome = o
			actions = append(actions, after.Current.proposeOutcome(r))
		}
		return after, actions
	}
	return runtime.Saga[undoState[refertoCheckState]]{Name: "referto-check", Version: 1, React: react, Pending: pending}
}

// hasCurrentRun reports whether the run belongs to the playbook of the ticket's problem and to the competent ASR, on an open ticket.
func (s refertoCheckState) hasCurrentRun(l *playbook.Library) bool {
	selected, ok := l.Select(s.Service, s.Problem, s.Facilitated)
	return ok && s.RunNumber > 0 && s.Open && s.Entity == s.RunEntity && !s.Erased && s.Run.decode().Pinned.Playbook == selected.Playbook
}

// apply folds an event. why is the reason for the timers that the event cancels.
func (s refertoCheckState) apply(r ticket.Recorded) (_ refertoCheckState, why string) {
	s.Entity, s.Assignee = competentEntity(s.Entity, r.Event), currentAssignee(s.Assignee, r.Event)
	if r.By.Role.Operates() && r.By.Entity == s.Entity {
		s.ConfirmedBy = s.Entity
	}
	switch e := r.Event.(type) {
	case ticket.Opened:
		s.Service, s.Problem, s.Facilitated, s.Open = e.Service, e.Problem, e.Facilitated, true
		s.Declared = e.Identity == ticket.Declared || e.OtherPerson
	case ticket.Reclassified:
		s.Service, s.Problem, why = e.Service, e.Problem, "the ticket is about another problem"
	case ticket.Escalated:
		why = "the ticket was handed over"
	case ticket.TransferredToSuccessor:
		if s.ConfirmedBy == e.From {
			s.ConfirmedBy = e.To
		}
	case ticket.Recalled, ticket.Redirected:
	case ticket.ResolutionEvent:
		s.Open, why = false, "the ticket is resolved"
	case ticket.Reopened:
		s.Open = true
	case ticket.PlaybookStarted:
		s.RunNumber, s.RunEntity, s.Run = e.Run, e.Entity, encodeRun(runState{Pinned: e.Pinned})
		return s.resetCheck(), "another run has begun"
	case ticket.CheckAnswered:
		if e.Run == s.RunNumber {
			run := s.Run.decode()
			if before, known := run.Answers[e.Check]; known && before == e.Yes {
				return s, "" // new evidence with the same answer corrects nothing
			}
			run.Answers[e.Check] = e.Yes
			s.Run = encodeRun(run)
			return s.resetCheck(), "a check was answered"
		}
	case ticket.AnswersForgotten:
		if e.Run == s.RunNumber {
			run := s.Run.decode()
			for _, c := range e.Checks {
				delete(run.Answers, c)
			}
			s.Run = encodeRun(run)
			return s.resetCheck(), "the run returned to an earlier check"
		}
	case ticket.CheckTried:
		if e.Run == s.RunNumber {
			s.Tries++
		}
	case ticket.OutcomeCarriedOut:
		if e.Run == s.RunNumber && e.Remind {
			s.NextReminder, s.ReminderFrom = 1, r.At
		}
	case ticket.PlaybookReminded:
		if e.Run == s.RunNumber {
			s.NextReminder, s.ReminderFrom, s.Tries = e.N+1, r.At, 0
		}
	case ticket.PersonalDataErased:
		s.Erased, why = true, "the personal data was erased"
	case ticket.AutoClosed:
		return refertoCheckState{}, "the ticket is closed"
	case ticket.ActWithdrawn: // undoState handles it
	case ticket.AssignmentEvent, ticket.NoteEvent, ticket.ProgressEvent, ticket.HandoverAlertEvent, ticket.CitizenReminded,
		ticket.ContactEvent, ticket.ReaderEvent, ticket.RepresentationEvent:
	}
	return s, why
}

// resetCheck clears the tries, reminders and proposal of the previous check.
func (s refertoCheckState) resetCheck() refertoCheckState {
	s.Tries, s.NextReminder, s.ReminderFrom, s.ProposedOutcome = 0, 0, time.Time{}, ""
	return s
}

// startRun returns the command that starts a run, if the event may require another run and the current one does not fit.
func (s refertoCheckState) startRun(l *playbook.Library, r ticket.Recorded) []runtime.Action {
	switch r.Event.(type) {
	case ticket.Opened, ticket.Reclassified, ticket.Redirected, ticket.Recalled, ticket.TransferredToSuccessor, ticket.ActWithdrawn,
		ticket.Reopened:
	case ticket.Escalated, ticket.AssignmentEvent, ticket.NoteEvent, ticket.ProgressEvent, ticket.ResolutionEvent,
		ticket.AutoClosed, ticket.PlaybookEvent, ticket.HandoverAlertEvent, ticket.CitizenReminded, ticket.ContactEvent,
		ticket.ReaderEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
		return nil
	}
	selected, ok := l.Select(s.Service, s.Problem, s.Facilitated)
	if !ok || !s.Open || s.Erased || s.Entity == catalog.Region || s.hasCurrentRun(l) {
		return nil
	}
	return []runtime.Action{runtime.Dispatch{Key: "begin", Command: ticket.BeginPlaybook{},
		Why: "the problem starts the playbook " + string(selected.Playbook)}}
}

// mayAsk reports whether the connected systems of the competent entity may be asked about the citizen: the identity is verified, an operator
// of the entity has opened, taken or otherwise worked on the ticket, or the entity's setting allows it before.
func (s refertoCheckState) mayAsk(c *catalog.Catalog) bool {
	return !s.Declared || s.ConfirmedBy == s.Entity || c.Checks(s.Entity).AskBeforeTaken
}

// askConnector returns the message that asks the connected system for the open check, and cancels an earlier delayed one. It asks when
// the run reaches the check, with a delay after a failed query, and with each reminder, then for the last check of the path. confirmed is
// true if the event made mayAsk true.
func (s refertoCheckState) askConnector(c *catalog.Catalog, l *playbook.Library, r ticket.Recorded, confirmed bool) []runtime.Action {
	var why ticket.QueryFailure
	reminded := false
	switch e := r.Event.(type) {
	case ticket.PlaybookStarted, ticket.CheckAnswered, ticket.AnswersForgotten, ticket.Recalled, ticket.Reopened, ticket.ActWithdrawn,
		ticket.Reclassified, ticket.Redirected, ticket.TransferredToSuccessor:
	case ticket.CheckTried:
		why = e.Why
	case ticket.PlaybookReminded:
		reminded = true
	case ticket.Escalated, ticket.ResolutionEvent, ticket.AutoClosed, ticket.PersonalDataErased:
		return []runtime.Action{runtime.Cancel{Key: "ask"}}
	case ticket.Opened, ticket.OutcomeCarriedOut, ticket.AssignmentEvent, ticket.NoteEvent, ticket.ProgressEvent,
		ticket.HandoverAlertEvent, ticket.CitizenReminded, ticket.ContactEvent, ticket.ReaderEvent, ticket.RepresentationEvent:
		if !confirmed || s.RunNumber == 0 {
			return nil
		}
	}
	walk, ok := s.walk(l)
	if !ok || !s.hasCurrentRun(l) {
		return []runtime.Action{runtime.Cancel{Key: "ask"}}
	}
	check := walk.Open
	if reminded {
		check = walk.Steps[len(walk.Steps)-1].Check
	}
	if check == nil || check.System == nil || why == ticket.NoSystemConnected || s.Tries > len(retryDelays) {
		return []runtime.Action{runtime.Cancel{Key: "ask"}}
	}
	if !s.mayAsk(c) {
		return []runtime.Action{runtime.Cancel{Key: "ask", Why: fmt.Sprintf("the citizen's identity is declared and nobody at %s has taken the ticket: "+
			"its systems are asked after the first act of an operator there", s.Entity)}}
	}
	send := runtime.Send{Topic: TopicAskConnector, Key: string(check.ID), Payload: mustMarshal(ConnectorQuestion{
		Run: s.RunNumber, Entity: s.RunEntity, Check: check.ID, Query: check.System.Query, Fact: check.System.Fact,
	})}
	if why == "" {
		return []runtime.Action{runtime.Cancel{Key: "ask"}, send}
	}
	wait := retryDelays[s.Tries-1]
	return []runtime.Action{runtime.SendLater{Key: "ask", At: r.At.Add(wait), Send: send,
		Why: fmt.Sprintf("it did not answer at try %d", s.Tries)}}
}

// newOutcome returns the outcome that the answer of a connected system leads to, or "" if there is none or it was proposed already.
func (s refertoCheckState) newOutcome(l *playbook.Library, r ticket.Recorded) playbook.OutcomeID {
	if _, answered := r.Event.(ticket.CheckAnswered); !answered || r.By.Role != person.System || !s.hasCurrentRun(l) {
		return ""
	}
	if walk, ok := s.walk(l); ok && walk.Outcome != nil && walk.Outcome.ID != s.ProposedOutcome {
		return walk.Outcome.ID
	}
	return ""
}

// proposeOutcome notifies the assignee or, if there is none, all operators of the competent entity of the outcome.
func (s refertoCheckState) proposeOutcome(r ticket.Recorded) runtime.Action {
	n := Notification{Kind: KindOutcomeProposed, To: ToOperators, Entity: s.Entity, Operator: s.Assignee.Operator, Act: r.Act, N: s.RunNumber}
	switch {
	case s.Assignee.Supervisors:
		n.To = ToSupervisors
	case n.Operator != "":
		n.To = ToAccount
	}
	return runtime.Send{Topic: TopicNotify, Key: "proposal", Payload: mustMarshal(n)}
}

// walk returns the path that the answers take through the playbook, and false if a pinned version is not loaded.
func (s refertoCheckState) walk(l *playbook.Library) (playbook.Walk, bool) {
	run := s.Run.decode()
	answers := make(playbook.Answers, len(run.Answers))
	for id, yes := range run.Answers {
		answers[id] = playbook.Answer{Yes: yes}
	}
	return l.Walk(run.Pinned, answers)
}

// encodeRun encodes a run as JSON, because the state of a saga must be comparable.
func encodeRun(run runState) encodedRun { return encodedRun(mustMarshal(run)) }

// decode returns the run.
func (s encodedRun) decode() runState {
	run := runState{Answers: map[playbook.CheckID]bool{}}
	if s == "" {
		return run
	}
	if err := json.Unmarshal([]byte(s), &run); err != nil {
		panic(fmt.Sprintf("a stored run is not JSON: %v", err)) // encodeRun made it
	}
	return run
}

// mustMarshal returns v as JSON. v consists of strings, numbers, booleans, structs and maps, which always encode.
func mustMarshal(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("%T is not JSON: %v", v, err))
	}
	return text
}
