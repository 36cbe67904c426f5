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

// refertoCheckState is what the referto-check saga remembers: what the ticket is about, and where its run stands.
type refertoCheckState struct {
	Service     catalog.ServiceID  `json:"service"`
	Problem     catalog.ProblemID  `json:"problem"`
	Facilitated bool               `json:"facilitated,omitempty"`
	Entity      catalog.EntityCode `json:"entity"` // competent
	Open        bool               `json:"worked"` // neither resolved nor closed
	Assignee    ticket.Assignee    `json:"assignee,omitzero"`
	Erased      bool               `json:"erased,omitempty"`

	RunNumber       int                `json:"n,omitempty"` // of the run; 0: there is none
	RunEntity       catalog.EntityCode `json:"at,omitempty"`
	Run             encodedRun         `json:"run,omitempty"`
	Tries           int                `json:"tries,omitempty"`  // of the open check, in vain
	NextReminder    int                `json:"remind,omitempty"` // the next reminder; 0: the run does not wait
	ReminderFrom    time.Time          `json:"since,omitzero"`   // from when the next reminder counts
	ProposedOutcome playbook.OutcomeID `json:"offered,omitempty"`
}

// encodedRun is the versions and answers of a run as JSON, so that states can be compared. It holds no evidence.
type encodedRun string

type runState struct {
	Pinned  playbook.PinnedVersions   `json:"pinned"`
	Answers map[playbook.CheckID]bool `json:"answers,omitempty"`
}

// Reminders of a run that waits for something to be mended come at nine o'clock: after one working day, then every two.
const (
	firstReminderDays = 1
	nextReminderDays  = 2
	reminderHour      = 9
)

// retryDelays is how long to wait before a connected system is asked once more for what it did not answer.
var retryDelays = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 12 * time.Hour, 24 * time.Hour, 48 * time.Hour}

// RefertoCheck runs the playbooks (FAQ 2.7–2.12): it begins the run that a ticket calls for, asks the connected systems for
// the check that is open, offers the outcome that their answers come to, and keeps alive what waits to be mended.
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
		after, why := before.apply(r, refertoCheckState.apply)
		actions := runtime.DiffTimers(pending(before), pending(after), why)
		actions = append(actions, after.Current.startRun(l, r)...)
		actions = append(actions, after.Current.askConnector(l, r)...)
		if o := after.Current.newOutcome(l, r); o != "" {
			after.Current.ProposedOutcome = o
			actions = append(actions, after.Current.proposeOutcome(r))
		}
		return after, actions
	}
	return runtime.Saga[undoState[refertoCheckState]]{Name: "referto-check", Version: 1, React: react, Pending: pending}
}

// hasCurrentRun tells whether the run is the one that the ticket calls for, and the competent ASR's to go on with.
func (s refertoCheckState) hasCurrentRun(l *playbook.Library) bool {
	called, ok := l.Select(s.Service, s.Problem, s.Facilitated)
	return ok && s.RunNumber > 0 && s.Open && s.Entity == s.RunEntity && !s.Erased && s.Run.decode().Pinned.Playbook == called.Playbook
}

// apply folds an event; why is for timers that go with it.
func (s refertoCheckState) apply(r ticket.Recorded) (_ refertoCheckState, why string) {
	s.Entity, s.Assignee = competentEntity(s.Entity, r.Event), currentAssignee(s.Assignee, r.Event)
	switch e := r.Event.(type) {
	case ticket.Opened:
		s.Service, s.Problem, s.Facilitated, s.Open = e.Service, e.Problem, e.Facilitated, true
	case ticket.Reclassified:
		s.Service, s.Problem, why = e.Service, e.Problem, "the ticket is about another problem"
	case ticket.Escalated:
		why = "the ticket was handed over"
	case ticket.Recalled, ticket.Redirected, ticket.TransferredToSuccessor:
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
				return s, "" // evidence alone mends nothing
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
			return s.resetCheck(), "the checks went back"
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
	case ticket.ActWithdrawn: // see undoable
	case ticket.AssignmentEvent, ticket.NoteEvent, ticket.ProgressEvent, ticket.HandoverAlertEvent, ticket.CitizenReminded, ticket.ContactEvent:
	}
	return s, why
}

// resetCheck forgets what was about the check before.
func (s refertoCheckState) resetCheck() refertoCheckState {
	s.Tries, s.NextReminder, s.ReminderFrom, s.ProposedOutcome = 0, 0, time.Time{}, ""
	return s
}

// startRun asks for the run that the ticket calls for, when it may be another one than before.
func (s refertoCheckState) startRun(l *playbook.Library, r ticket.Recorded) []runtime.Action {
	switch r.Event.(type) {
	case ticket.Opened, ticket.Reclassified, ticket.Redirected, ticket.Recalled, ticket.TransferredToSuccessor, ticket.ActWithdrawn, ticket.Reopened:
	case ticket.Escalated, ticket.AssignmentEvent, ticket.NoteEvent, ticket.ProgressEvent, ticket.ResolutionEvent,
		ticket.AutoClosed, ticket.PlaybookEvent, ticket.HandoverAlertEvent, ticket.CitizenReminded, ticket.ContactEvent, ticket.PersonalDataErased:
		return nil
	}
	called, ok := l.Select(s.Service, s.Problem, s.Facilitated)
	if !ok || !s.Open || s.Erased || s.Entity == catalog.Region || s.hasCurrentRun(l) {
		return nil
	}
	return []runtime.Action{runtime.Dispatch{Key: "begin", Command: ticket.BeginPlaybook{}, Why: "its problem calls for the checks of " + string(called.Playbook)}}
}

// askConnector asks the connected system for the check at which the run stands: when it has come there, when it is asked again
// after a failure, and when it is reminded of.
func (s refertoCheckState) askConnector(l *playbook.Library, r ticket.Recorded) []runtime.Action {
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
		ticket.HandoverAlertEvent, ticket.CitizenReminded, ticket.ContactEvent:
		return nil
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
	send := runtime.Send{Topic: runtime.TopicAskConnector, Key: string(check.ID), Payload: mustMarshal(ConnectorQuestion{
		Run: s.RunNumber, Entity: s.RunEntity, Check: check.ID, Query: check.System.Query, Fact: check.System.Fact,
	})}
	if why == "" {
		return []runtime.Action{runtime.Cancel{Key: "ask"}, send}
	}
	wait := retryDelays[s.Tries-1]
	return []runtime.Action{runtime.SendLater{Key: "ask", At: r.At.Add(wait), Send: send, Why: fmt.Sprintf("it did not answer at try %d", s.Tries)}}
}

// newOutcome answers the outcome to which a connected system's answer has brought the run, if nobody was told of it.
func (s refertoCheckState) newOutcome(l *playbook.Library, r ticket.Recorded) playbook.OutcomeID {
	if _, given := r.Event.(ticket.CheckAnswered); !given || r.By.Role != person.System || !s.hasCurrentRun(l) {
		return ""
	}
	if walk, ok := s.walk(l); ok && walk.Outcome != nil && walk.Outcome.ID != s.ProposedOutcome {
		return walk.Outcome.ID
	}
	return ""
}

// proposeOutcome tells whoever has the ticket that the checks have come to an outcome.
func (s refertoCheckState) proposeOutcome(r ticket.Recorded) runtime.Action {
	n := Notification{Kind: KindOutcomeProposed, To: ToOperators, Entity: s.Entity, Operator: s.Assignee.Operator, Act: r.Act, N: s.RunNumber}
	switch {
	case s.Assignee.Supervisors:
		n.To = ToSupervisors
	case n.Operator != "":
		n.To = ToAccount
	}
	return runtime.Send{Topic: runtime.TopicNotify, Key: "proposal", Payload: mustMarshal(n)}
}

func (s refertoCheckState) walk(l *playbook.Library) (playbook.Walk, bool) {
	run := s.Run.decode()
	answers := make(playbook.Answers, len(run.Answers))
	for id, yes := range run.Answers {
		answers[id] = playbook.Answer{Yes: yes}
	}
	return l.Walk(run.Pinned, answers)
}

func encodeRun(run runState) encodedRun { return encodedRun(mustMarshal(run)) }

func (s encodedRun) decode() runState {
	run := runState{Answers: map[playbook.CheckID]bool{}}
	if s == "" {
		return run
	}
	if err := json.Unmarshal([]byte(s), &run); err != nil {
		panic(fmt.Sprintf("a stored run is not JSON: %v", err)) // payload made it
	}
	return run
}

// mustMarshal is the JSON of what consists of strings, numbers and maps of them: it cannot fail.
func mustMarshal(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("%T is not JSON: %v", v, err))
	}
	return text
}
