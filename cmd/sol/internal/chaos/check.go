// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// check waits until nothing is pending and compares what the clients were told with what is stored. It adds to the report what it finds.
func (in *installation) check(ctx context.Context, w *workload, r *Report) error {
	acts := w.acts
	remaining, mails, err := in.waitUntilIdle(ctx)
	if err != nil {
		return err
	}
	r.PendingMails = mails
	for _, what := range remaining {
		r.problemf("after the rounds: %s", what)
	}
	store, err := in.openStore(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	in.checkRepetitions(ctx, acts, r)
	in.checkMoments(ctx, w.moments, r)
	log, err := readLog(ctx, store)
	if err != nil {
		return err
	}
	r.Events = log.last
	log.checkActs(acts, r)
	log.checkProbes(in.probes, r)
	log.checkClosings(r)
	return errors.Join(in.checkReaderTags(ctx, log, r), in.checkTimers(ctx, r), in.checkMails(ctx, acts, r), in.checkReadModels(ctx, store, r))
}

// problemf adds a problem.
func (r *Report) problemf(format string, arguments ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, arguments...))
}

// repetitions is the number of acts that checkRepetitions repeats.
const repetitions = 300

// checkRepetitions repeats some of the accepted commands with their keys: each gets its first result.
func (in *installation) checkRepetitions(ctx context.Context, acts []*act, r *Report) {
	for _, i := range rand.Perm(len(acts))[:min(repetitions, len(acts))] {
		a := acts[i]
		if !a.answer.accepted() {
			continue
		}
		again, err := a.client.do(ctx, a.request)
		if err != nil {
			r.problemf("repeated %s: %v", a.request.key, err)
		} else if again.status != a.answer.status || again.text("position") != a.answer.text("position") || again.body["version"] != a.answer.body["version"] {
			r.problemf("%s: the repetition got %d %s, the first answer was %d %s", a.request.key, again.status, again.raw, a.answer.status, a.answer.raw)
		}
	}
}

// logContent is the part of the log that the checks read.
type logContent struct {
	last     int64
	markers  map[string]int                   // number of events whose text holds a marker
	acts     map[ticket.ID]map[ticket.ID]bool // acts of people, by ticket
	tickets  map[ticket.ID]ticket.State       // present states
	closings map[ticket.ID]map[int]int        // by ticket and resolution
}

// readLog reads the whole log. Positions with a gap, and versions or times out of order, are errors.
func readLog(ctx context.Context, store *eventstore.Store) (*logContent, error) {
	l := &logContent{markers: map[string]int{}, acts: map[ticket.ID]map[ticket.ID]bool{}, tickets: map[ticket.ID]ticket.State{},
		closings: map[ticket.ID]map[int]int{}}
	versions := map[string]int{}
	var latest eventstore.Record
	for {
		records, err := store.Read(ctx, l.last, 1000) // it refuses a gap
		if err != nil || len(records) == 0 {
			return l, err
		}
		for _, record := range records {
			if versions[record.Stream]++; record.Version != versions[record.Stream] {
				return l, fmt.Errorf("position %d: got version %d, want %d", record.Position, record.Version, versions[record.Stream])
			}
			if record.At.Before(latest.At) {
				return l, fmt.Errorf("position %d: its time is earlier than that of the event before", record.Position)
			}
			latest = record
			if record.Kind != ticketlog.StreamKind { // changes of accounts
				continue
			}
			event, err := ticketlog.Decode(record)
			if err != nil {
				return l, err
			}
			l.add(event)
		}
		l.last = latest.Position
	}
}

// add adds an event.
func (l *logContent) add(r ticket.Recorded) {
	if marker := findMarker(writtenText(r.Event)); marker != "" {
		l.markers[marker]++
	}
	if r.By.Role != person.System {
		if l.acts[r.Ticket] == nil {
			l.acts[r.Ticket] = map[ticket.ID]bool{}
		}
		l.acts[r.Ticket][r.Act] = true
	}
	if closed, ok := r.Event.(ticket.AutoClosed); ok {
		if l.closings[r.Ticket] == nil {
			l.closings[r.Ticket] = map[int]int{}
		}
		l.closings[r.Ticket][closed.Resolution]++
	}
	l.tickets[r.Ticket] = ticket.Evolve(l.tickets[r.Ticket], r)
}

// writtenText returns the text that a person wrote, "" if the event has none.
func writtenText(e ticket.Event) string {
	var text *ticket.Text
	switch e := e.(type) {
	case ticket.Opened:
		if e.Personal != nil {
			return e.Personal.Description
		}
	case ticket.CitizenNote:
		text = e.Personal
	case ticket.InternalNote:
		text = e.Personal
	case ticket.CitizenReplied:
		text = e.Personal
	case ticket.RegionalNote:
	case ticket.Taken, ticket.CitizenAsked, ticket.Resumed:
	case ticket.AssignmentEvent, ticket.CompetenceEvent, ticket.ResolutionEvent, ticket.Reopened, ticket.ActWithdrawn, ticket.AutoClosed,
		ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent, ticket.CitizenReminded, ticket.ContactEvent,
		ticket.ReaderEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
	}
	if text == nil {
		return ""
	}
	return text.Text
}

// checkActs compares each act with the log.
func (l *logContent) checkActs(acts []*act, r *Report) {
	want, refused := map[ticket.ID]int{}, map[ticket.ID]int{} // stored acts; refused acts without a text
	last := map[ticket.ID]*act{}
	for _, a := range acts {
		id := ticket.ID(a.ticket)
		if a.answer.accepted() {
			r.kind(a.round).Acknowledged++
			want[id]++
			last[id] = a
		}
		found := l.markers[a.marker]
		switch {
		case a.marker == "" && !a.answer.accepted():
			refused[id]++
		case a.marker == "":
		case a.answer.accepted() && found == 0:
			want[id]--
			r.kind(a.round).Lost++
			r.problemf("lost during %s: %s %s, answered %d %s", a.round, a.request.path, a.marker, a.answer.status, a.answer.raw)
		case found > 1:
			want[id] += found - 1
			r.kind(a.round).Doubled++
			r.problemf("stored %d times during %s: %s %s", found, a.round, a.request.path, a.marker)
		case !a.answer.accepted() && found > 0:
			want[id] += found
			r.problemf("refused and stored during %s: %s %s, answered %d %s", a.round, a.request.path, a.marker, a.answer.status, a.answer.raw)
		}
	}
	for id, a := range last { // what is left are acts without a text
		got, k := len(l.acts[id]), r.kind(a.round)
		what := "some were lost"
		switch {
		case got == want[id]:
			continue
		case got < want[id]:
			k.Lost++
		case got <= want[id]+refused[id]:
			what = "some were refused and stored"
		default:
			k.Doubled++
			what = "some are stored twice"
		}
		r.problemf("ticket %s: got %d acts in the log, want %d, the last during %s: %s", id, got, want[id], a.round, what)
	}
}

// checkProbes checks that no probe is stored twice. Some have no definite answer.
func (l *logContent) checkProbes(probes int, r *Report) {
	for n := range probes {
		if key := probeKey(n + 1); l.markers[key] > 1 {
			r.problemf("probe %s: stored %d times", key, l.markers[key])
		}
	}
}

// checkClosings checks that the timer of each resolution closed its ticket, and once.
func (l *logContent) checkClosings(r *Report) {
	for id, s := range l.tickets {
		if s.Status == ticket.StatusResolved {
			r.problemf("ticket %s: its timer has not closed it", id)
		}
		for resolution, n := range l.closings[id] {
			if n > 1 {
				r.problemf("ticket %s: resolution %d was closed %d times", id, resolution, n)
			}
		}
	}
}
