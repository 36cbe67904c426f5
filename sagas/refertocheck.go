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
)

// checking is what the referto-check saga remembers: what the ticket is about, and where its run stands.
type checking struct {
	Service     catalog.ServiceID  `json:"service"`
	Problem     catalog.ProblemID  `json:"problem"`
	Facilitated bool               `json:"facilitated,omitempty"`
	Entity      catalog.EntityCode `json:"entity"` // competent
	Worked      bool               `json:"worked"` // neither resolved nor closed
	Assignee    ticket.Assignee    `json:"assignee,omitzero"`
	Erased      bool               `json:"erased,omitempty"`

	N       int                `json:"n,omitempty"` // of the run; 0: there is none
	At      catalog.EntityCode `json:"at,omitempty"`
	Run     answered           `json:"run,omitempty"`
	Tries   int                `json:"tries,omitempty"`  // of the open check, in vain
	Remind  int                `json:"remind,omitempty"` // the next reminder; 0: the run does not wait
	Since   time.Time          `json:"since,omitzero"`   // from when the next reminder counts
	Offered playbook.OutcomeID `json:"offered,omitempty"`
}

// answered is the versions and answers of a run as JSON, so that states can be compared. It holds no evidence.
type answered string

type runOf struct {
	Pinned  playbook.Pinned           `json:"pinned"`
	Answers map[playbook.CheckID]bool `json:"answers,omitempty"`
}

// Reminders of a run that waits for something to be mended come at nine o'clock: after one working day, then every two.
const (
	firstReminder = 1
	nextReminder  = 2
	reminderHour  = 9
)

// again is how long to wait before a connected system is asked once more for what it did not answer.
var again = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 12 * time.Hour, 24 * time.Hour, 48 * time.Hour}

// RefertoCheck runs the playbooks (FAQ 2.7–2.12): it begins the run that a ticket calls for, asks the connected systems for
// the check that is open, offers the outcome that their answers come to, and keeps alive what waits to be mended.
func RefertoCheck(c *catalog.Catalog, l *playbook.Library) Saga[undoable[checking]] {
	pending := func(u undoable[checking]) []Schedule {
		s := u.Now
		if s.Remind == 0 || !s.running(l) {
			return nil
		}
		days, cal := nextReminder, c.Calendar(s.At)
		if s.Remind == 1 {
			days = firstReminder
		}
		return []Schedule{{
			Key: fmt.Sprintf("remind/%d/%d", s.N, s.Remind), At: cal.AfterDays(s.Since, days, reminderHour),
			Command: ticket.Remind{Run: s.N, N: s.Remind},
			Why: fmt.Sprintf("%d working days after %s, and what the checks wait for is not mended, calendar of %s",
				days, s.Since.In(calendar.Rome()).Format("2006-01-02 15:04"), cal.Name()),
		}}
	}
	react := func(before undoable[checking], r ticket.Recorded) (undoable[checking], []Action) {
		after, why := before.after(r, checking.after)
		actions := difference(pending(before), pending(after), why)
		actions = append(actions, after.Now.begin(l, r)...)
		actions = append(actions, after.Now.proceed(l, r)...)
		if o := after.Now.offers(l, r); o != "" {
			after.Now.Offered = o
			actions = append(actions, after.Now.offer(r))
		}
		return after, actions
	}
	return Saga[undoable[checking]]{Name: "referto-check", Version: 1, React: react, Pending: pending}
}

// running tells whether the run is the one that the ticket calls for, and the competent ASR's to go on with.
func (s checking) running(l *playbook.Library) bool {
	called, ok := l.For(s.Service, s.Problem, s.Facilitated)
	return ok && s.N > 0 && s.Worked && s.Entity == s.At && !s.Erased && s.Run.decode().Pinned.Playbook == called.Playbook
}

// after folds an event; why is for timers that go with it.
func (s checking) after(r ticket.Recorded) (_ checking, why string) {
	s.Entity = competent(s.Entity, r.Event)
	switch e := r.Event.(type) {
	case ticket.Opened:
		s.Service, s.Problem, s.Facilitated, s.Worked = e.Service, e.Problem, e.Facilitated, true
	case ticket.Reclassified:
		s.Service, s.Problem, why = e.Service, e.Problem, "the ticket is about another problem"
	case ticket.Assigned:
		s.Assignee = e.Assignee
	case ticket.Taken:
		s.Assignee = e.Assignee
	case ticket.Unassigned:
		s.Assignee = ticket.Assignee{}
	case ticket.Escalated:
		s.Assignee, why = ticket.Assignee{}, "the ticket was handed over"
	case ticket.Redirected:
		s.Assignee = e.Assignee
	case ticket.Recalled:
		s.Assignee = e.Assignee
	case ticket.Resolved, ticket.Discarded, ticket.MarkedDuplicate:
		s.Worked, why = false, "the ticket is resolved"
	case ticket.Reopened:
		s.Worked, s.Assignee = true, e.Assignee
	case ticket.PlaybookStarted:
		s.N, s.At, s.Run = e.Run, e.Entity, encodeRun(runOf{Pinned: e.Pinned})
		return s.moved(), "another run has begun"
	case ticket.CheckAnswered:
		if e.Run == s.N {
			run := s.Run.decode()
			if before, known := run.Answers[e.Check]; known && before == e.Yes {
				return s, "" // evidence alone mends nothing
			}
			run.Answers[e.Check] = e.Yes
			s.Run = encodeRun(run)
			return s.moved(), "a check was answered"
		}
	case ticket.AnswersForgotten:
		if e.Run == s.N {
			run := s.Run.decode()
			for _, c := range e.Checks {
				delete(run.Answers, c)
			}
			s.Run = encodeRun(run)
			return s.moved(), "the checks went back"
		}
	case ticket.CheckTried:
		if e.Run == s.N {
			s.Tries++
		}
	case ticket.OutcomeCarriedOut:
		if e.Run == s.N && e.Remind {
			s.Remind, s.Since = 1, r.At
		}
	case ticket.PlaybookReminded:
		if e.Run == s.N {
			s.Remind, s.Since, s.Tries = e.N+1, r.At, 0
		}
	case ticket.PersonalDataErased:
		s.Erased, why = true, "the personal data was erased"
	case ticket.AutoClosed:
		return checking{}, "the ticket is closed"
	case ticket.ActWithdrawn: // see undoable
	case ticket.CitizenNote, ticket.InternalNote, ticket.RegionalNote, ticket.CitizenAsked, ticket.Resumed, ticket.CitizenReplied,
		ticket.Succeeded, ticket.HandoverWarned, ticket.HandoverBreached, ticket.PingPongNoticed, ticket.CitizenReminded,
		ticket.ContactFailed:
	}
	return s, why
}

// moved forgets what was about the check before.
func (s checking) moved() checking {
	s.Tries, s.Remind, s.Since, s.Offered = 0, 0, time.Time{}, ""
	return s
}

// begin asks for the run that the ticket calls for, when it may be another one than before.
func (s checking) begin(l *playbook.Library, r ticket.Recorded) []Action {
	switch r.Event.(type) {
	case ticket.Opened, ticket.Reclassified, ticket.Redirected, ticket.Recalled, ticket.Succeeded, ticket.ActWithdrawn, ticket.Reopened:
	case ticket.Assigned, ticket.Unassigned, ticket.Taken, ticket.CitizenNote, ticket.InternalNote, ticket.RegionalNote,
		ticket.CitizenAsked, ticket.Resumed, ticket.CitizenReplied, ticket.Escalated, ticket.Resolved, ticket.Discarded,
		ticket.MarkedDuplicate, ticket.AutoClosed, ticket.PlaybookStarted, ticket.CheckAnswered, ticket.CheckTried,
		ticket.AnswersForgotten, ticket.OutcomeCarriedOut, ticket.PlaybookReminded, ticket.HandoverWarned,
		ticket.HandoverBreached, ticket.PingPongNoticed, ticket.CitizenReminded, ticket.ContactFailed, ticket.PersonalDataErased:
		return nil
	}
	called, ok := l.For(s.Service, s.Problem, s.Facilitated)
	if !ok || !s.Worked || s.Erased || s.Entity == catalog.Region || s.running(l) {
		return nil
	}
	return []Action{Dispatch{Key: "begin", Command: ticket.BeginPlaybook{}, Why: "its problem calls for the checks of " + string(called.Playbook)}}
}

// proceed asks the connected system for the check at which the run stands: when it has come there, when it is asked again
// after a failure, and when it is reminded of.
func (s checking) proceed(l *playbook.Library, r ticket.Recorded) []Action {
	var why ticket.Unknown
	reminded := false
	switch e := r.Event.(type) {
	case ticket.PlaybookStarted, ticket.CheckAnswered, ticket.AnswersForgotten, ticket.Recalled, ticket.Reopened, ticket.ActWithdrawn,
		ticket.Reclassified, ticket.Redirected, ticket.Succeeded:
	case ticket.CheckTried:
		why = e.Why
	case ticket.PlaybookReminded:
		reminded = true
	case ticket.Escalated, ticket.Resolved, ticket.Discarded, ticket.MarkedDuplicate, ticket.AutoClosed, ticket.PersonalDataErased:
		return []Action{Cancel{Key: "ask"}}
	case ticket.Opened, ticket.Assigned, ticket.Unassigned, ticket.Taken,
		ticket.CitizenNote, ticket.InternalNote, ticket.RegionalNote, ticket.CitizenAsked, ticket.Resumed, ticket.CitizenReplied,
		ticket.OutcomeCarriedOut, ticket.HandoverWarned, ticket.HandoverBreached, ticket.PingPongNoticed, ticket.CitizenReminded,
		ticket.ContactFailed:
		return nil
	}
	walk, ok := s.walk(l)
	if !ok || !s.running(l) {
		return []Action{Cancel{Key: "ask"}}
	}
	check := walk.Open
	if reminded {
		check = walk.Steps[len(walk.Steps)-1].Check
	}
	if check == nil || check.System == nil || why == ticket.NoSystem || s.Tries > len(again) {
		return []Action{Cancel{Key: "ask"}}
	}
	send := Send{Topic: TopicAsk, Key: string(check.ID), Payload: payload(Question{
		Run: s.N, Entity: s.At, Check: check.ID, Query: check.System.Query, Fact: check.System.Fact,
	})}
	if why == "" {
		return []Action{Cancel{Key: "ask"}, send}
	}
	wait := again[s.Tries-1]
	return []Action{Later{Key: "ask", At: r.At.Add(wait), Send: send, Why: fmt.Sprintf("it did not answer at try %d", s.Tries)}}
}

// offers answers the outcome to which a connected system's answer has brought the run, if nobody was told of it.
func (s checking) offers(l *playbook.Library, r ticket.Recorded) playbook.OutcomeID {
	if _, given := r.Event.(ticket.CheckAnswered); !given || r.By.Role != person.System || !s.running(l) {
		return ""
	}
	if walk, ok := s.walk(l); ok && walk.Outcome != nil && walk.Outcome.ID != s.Offered {
		return walk.Outcome.ID
	}
	return ""
}

// offer tells whoever has the ticket that the checks have come to an outcome.
func (s checking) offer(r ticket.Recorded) Action {
	n := Notification{Kind: Proposal, To: ToOperators, Entity: s.Entity, Operator: s.Assignee.Operator, Act: r.Act, N: s.N}
	switch {
	case s.Assignee.Supervisors:
		n.To = ToSupervisors
	case n.Operator != "":
		n.To = ToPerson
	}
	return Send{Topic: TopicNotify, Key: "proposal", Payload: payload(n)}
}

func (s checking) walk(l *playbook.Library) (playbook.Walk, bool) {
	run := s.Run.decode()
	answers := make(playbook.Answers, len(run.Answers))
	for id, yes := range run.Answers {
		answers[id] = playbook.Answer{Yes: yes}
	}
	return l.Walk(run.Pinned, answers)
}

func encodeRun(run runOf) answered { return answered(payload(run)) }

func (s answered) decode() runOf {
	run := runOf{Answers: map[playbook.CheckID]bool{}}
	if s == "" {
		return run
	}
	if err := json.Unmarshal([]byte(s), &run); err != nil {
		panic(fmt.Sprintf("a stored run is not JSON: %v", err)) // payload made it
	}
	return run
}

// payload is the JSON of what consists of strings, numbers and maps of them: it cannot fail.
func payload(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("%T is not JSON: %v", v, err))
	}
	return text
}
