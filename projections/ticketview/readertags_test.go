// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/proof"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
	"github.com/sol-assistenza/sol/projections/projectionstest"
)

// viewers lists those who may see a ticket in some state, and those who never may.
func viewers() []Viewer {
	all := []Viewer{{}, {Ticket: tickettest.TicketID}, {Ticket: "01930000-0000-7000-8000-000000000998"}, {Actor: person.Actor{Role: person.Citizen}}}
	for _, by := range append(slices.Clone(tickettest.Actors), tickettest.Auditor, tickettest.Stranger, tickettest.LinkHolder) {
		all = append(all, Viewer{Actor: by})
	}
	for _, role := range []person.Role{person.Auditor, person.DataProtectionOfficer} {
		for _, at := range []catalog.EntityCode{"", tickettest.Torino, tickettest.TO3, catalog.Region} {
			all = append(all, Viewer{Actor: person.Actor{ID: "01930000-0000-7000-8000-0000000000e2", Role: role, Entity: at}})
		}
	}
	return all
}

// tagsAllow reports whether the reader tags allow the viewer to read, as eventstore.Store.ReadStreamFor decides.
func tagsAllow(v Viewer, tags []ticket.ReaderTag) bool {
	return v.ReadsEverything() || slices.ContainsFunc(v.Tags(), func(tag ticket.ReaderTag) bool { return slices.Contains(tags, tag) })
}

// TestReaderTagsNameThoseWhoSeeTheTicket compares, after each event of random histories, the reader tags with the rules of the views: who sees
// the ticket, and who may not know of an event.
func TestReaderTagsNameThoseWhoSeeTheTicket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := tickettest.DrawTicket(t, tickettest.TicketID, 40, true)
		v := rapid.SampledFrom(viewers()).Draw(t, "viewer")
		runs := collectRunEntities(random.History)
		var s ticket.State
		for _, r := range random.History {
			s = ticket.Evolve(s, r)
			if got, want := tagsAllow(v, s.Readers()) || v.Ticket == tickettest.TicketID, v.sees(s); got != want {
				t.Fatalf("after event %d (%T): tags %q let %+v read: got %t, want %t", r.Version, r.Event, s.Readers(), v, got, want)
			}
			only := ticket.OnlyFor(s, r.Event)
			if got, want := only == nil || tagsAllow(v, only), mayKnow(v, runs, r); got != want {
				t.Fatalf("event %d (%T) is only for %q: %+v: got %t, want %t", r.Version, r.Event, only, v, got, want)
			}
		}
	})
}

// mayKnow reports whether a viewer who sees the ticket may know of an event at some moment, by the rules of the views.
func mayKnow(v Viewer, runs entityByRun, r ticket.Recorded) bool {
	if entity, ofRun := runs.ofEvent(r.Event); ofRun {
		return v.seesPlaybookOf(entity)
	}
	switch r.Event.(type) {
	case ticket.InternalNote, ticket.RegionalNote:
		note, _ := v.readNote(r, By{}, actState{}, tickettest.HeldUntil.AddDate(9, 0, 0))
		return note.ID != "" || v.ReadsEverything()
	case ticket.FormerViewEnded:
		return v.ReadsEverything() || v.readsFor(r.Event.(ticket.FormerViewEnded).Entity)
	case ticket.AccessRestricted, ticket.RestrictionLifted:
	case ticket.Opened, ticket.CitizenNote, ticket.AssignmentEvent, ticket.ProgressEvent, ticket.CompetenceEvent, ticket.ResolutionEvent,
		ticket.Reopened, ticket.ActWithdrawn, ticket.AutoClosed, ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent,
		ticket.CitizenReminded, ticket.ContactEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
	}
	return true
}

// TestViewsDoNotNeedWithheldTexts compares each viewer's views of random histories with those without the personal parts of the events of which
// the viewer may not know: they are equal.
func TestViewsDoNotNeedWithheldTexts(t *testing.T) {
	names := names
	names.Playbooks = playbook.Default()
	rapid.Check(t, func(t *rapid.T) {
		random := tickettest.DrawTicket(t, tickettest.TicketID, 40, true)
		v := rapid.SampledFrom(viewers()).Draw(t, "viewer")
		withheld := slices.Clone(random.History)
		var s ticket.State
		for i, r := range random.History {
			s = ticket.Evolve(s, r)
			if only := ticket.OnlyFor(s, r.Event); only != nil && !tagsAllow(v, only) {
				withheld[i].Event = tickettest.WithoutPersonalData(r.Event)
			}
		}
		for _, at := range tickettest.Moments(random.History) {
			want, sees := Detail(v, random.History, names, at)
			got, ok := Detail(v, withheld, names, at)
			if ok != sees || !reflect.DeepEqual(got, want) {
				t.Fatalf("%+v at %s: got a ticket (%t) with notes %+v, want (%t) %+v", v, at, ok, got.Notes, sees, want.Notes)
			}
			wantRun, sees := Open(random.History, at).PlaybookRun(v, names)
			gotRun, ok := Open(withheld, at).PlaybookRun(v, names)
			if ok != sees || !reflect.DeepEqual(gotRun, wantRun) {
				t.Fatalf("%+v at %s: got checks %+v, %t, want %+v, %t", v, at, gotRun, ok, wantRun, sees)
			}
		}
	})
}

// dispatched is a command of an actor, some time after the one before.
type dispatched struct {
	after   time.Duration
	by      person.Actor
	command ticket.Command
}

// wholeLife returns the commands of a ticket that is opened, undone, handed over, taken back, redirected, marked as duplicate, reopened and
// erased.
func wholeLife() []dispatched {
	internal := ticket.Update{Note: tickettest.InternalNote("solo per noi")}
	return []dispatched{
		{0, tickettest.Citizen, tickettest.OpenCommand("2026-0000001", tickettest.Torino)},
		{time.Minute, tickettest.Operator, tickettest.Take},
		{time.Minute, tickettest.Operator, internal},
		{time.Minute, tickettest.Operator, ticket.Update{Assignee: tickettest.AssignTo(tickettest.Colleague)}},
		{time.Minute, tickettest.Operator, tickettest.Escalate("non è nostra")},
		{time.Second, tickettest.Operator, ticket.Undo{}},
		{time.Minute, tickettest.Operator, tickettest.Escalate("non è nostra")},
		{time.Minute, tickettest.Operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress, Reason: "sbagliato"}}}, // takes it back
		{time.Minute, tickettest.Operator, tickettest.Escalate("non è nostra, davvero")},
		{time.Minute, tickettest.Regional, tickettest.Take},
		{time.Minute, tickettest.Regional, ticket.Update{Note: tickettest.InternalNote("solo per la Regione")}},
		{time.Minute, tickettest.Regional, tickettest.Redirect(tickettest.TO3, "è vostra")},
		{time.Minute, tickettest.System, ticket.BeginPlaybook{}},
		{time.Minute, tickettest.Neighbour, tickettest.Take},
		{time.Minute, tickettest.Neighbour, ticket.Update{
			DuplicateOf: &ticket.OriginalTicket{Ticket: "01930000-0000-7000-8000-000000000999", Person: "p1"}, Note: tickettest.PublicNote("già aperta"),
		}},
		{time.Minute, tickettest.Citizen, ticket.Reply{ID: tickettest.NewID(), Text: "non è la stessa"}},
		{time.Minute, tickettest.Administrator, ticket.Erase{}},
	}
}

// TestAppendsWriteReaderTags gives the commands of a whole life, and of random tickets, to a dispatcher. After each append the stream has the tags
// of the new state, at its version; each event that changes the tags has them, and those for whom it is; the leaves can be recomputed; and a
// viewer can read the stream exactly if the rules say that the viewer sees the ticket, with the personal parts of the events that the viewer may
// know of.
func TestAppendsWriteReaderTags(t *testing.T) {
	t.Run("a whole life", func(t *testing.T) {
		kinds := map[string]bool{}
		f := projectionstest.New(t)
		for _, d := range wholeLife() {
			f.Advance(d.after)
			f.Do(tickettest.TicketID, d.by, d.command)
			for _, r := range checkTags(t, f) {
				kinds[r.Type] = true
			}
		}
		for _, kind := range []string{"act-withdrawn", "internal-note", "regional-note", "escalated", "recalled", "redirected", "playbook-started",
			"marked-duplicate", "personal-data-erased"} {
			if !kinds["ticket."+kind+".v1"] {
				t.Errorf("got no event %s", kind)
			}
		}
	})
	for i, random := range tickettest.DrawExamples(6, 30) {
		t.Run(fmt.Sprint("random ", i), func(t *testing.T) {
			f := projectionstest.New(t)
			stored := 0
			for _, step := range random.Steps {
				f.Set(step.Now)
				if err := f.Dispatch(tickettest.TicketID, step.By, step.Command); err == nil && len(step.Events) > 0 {
					stored = len(checkTags(t, f))
				}
			}
			if stored == 0 {
				t.Error("got no event")
			}
		})
	}
}

// checkTags checks the stored tags of the stream and of its events after an append, and returns the events.
func checkTags(t *testing.T, f *projectionstest.Fixture) []eventstore.Record {
	t.Helper()
	records, err := f.Store.ReadStream(t.Context(), string(tickettest.TicketID))
	if err != nil {
		t.Fatal(err)
	}
	history := decodeAll(t, records)
	var before, s ticket.State
	for i, r := range history {
		before, s = s, ticket.Evolve(s, r)
		var readers []ticket.ReaderTag
		if !slices.Equal(before.Readers(), s.Readers()) {
			readers = s.Readers()
		}
		if got := records[i]; !equalTags(got.Readers, readers) || !equalTags(got.OnlyFor, ticket.OnlyFor(s, r.Event)) {
			t.Errorf("event %d (%s): got readers %q, only for %q, want %q, %q", r.Version, got.Type, got.Readers, got.OnlyFor, readers, ticket.OnlyFor(s, r.Event))
		}
	}
	var stored []string
	var at int
	err = f.Store.Pools().Read.QueryRow(t.Context(), `select readers, readers_version from log.streams where id = $1::text::uuid`,
		string(tickettest.TicketID)).Scan(&stored, &at)
	if err != nil || at != len(records) || !equalTags(stored, s.Readers()) {
		t.Errorf("stream after event %d: got readers %q at version %d, %v, want %q", len(records), stored, at, err, s.Readers())
	}
	inputs, err := proof.ReadLeafInputs(t.Context(), f.Store.Pools().Request, eventstore.Reader{Everything: true}, uuid.MustParse(string(tickettest.TicketID)))
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range records {
		if leaf := tlog.RecordHash(inputs[i].Record); leaf != tlog.Hash(r.Hash) {
			t.Errorf("event %d: got leaf %x, want the stored %x", r.Version, leaf, r.Hash)
		}
	}
	for _, v := range viewers() {
		if !v.ReadsEverything() { // reads without tags
			checkRead(t, f, v, records, s)
		}
	}
	return records
}

// checkRead checks what a viewer can read of a stream whose state is s.
func checkRead(t *testing.T, f *projectionstest.Fixture, v Viewer, all []eventstore.Record, s ticket.State) {
	t.Helper()
	reader := eventstore.Reader{Stream: string(v.Ticket)}
	for _, tag := range v.Tags() {
		reader.Tags = append(reader.Tags, string(tag))
	}
	read, err := f.Store.ReadStreamFor(t.Context(), reader, string(tickettest.TicketID))
	if got, want := err == nil, v.sees(s); got != want {
		t.Errorf("event %d: %+v reads the stream: got %t (%v), want %t", len(all), v, got, err, want)
		return
	}
	history := decodeAll(t, all)
	runs := collectRunEntities(history)
	for i, r := range read {
		known := mayKnow(v, runs, history[i])
		if v.HidesReason(history[i]) {
			_, corrects := history[i].Event.(ticket.ContactsCorrected)
			known = known && corrects // its reason is sealed together with the contacts
		}
		if (r.Personal != nil) != (known && all[i].Personal != nil) {
			t.Errorf("event %d (%s): %+v may know of it: %t; got personal part %t", r.Version, r.Type, v, known, r.Personal != nil)
		}
	}
}

// decodeAll decodes the records of a ticket.
func decodeAll(t *testing.T, records []eventstore.Record) []ticket.Recorded {
	t.Helper()
	history, err := ticketlog.DecodeHistory(records)
	if err != nil {
		t.Fatal(err)
	}
	return history
}

// equalTags reports whether stored tags are those of the domain.
func equalTags(stored []string, tags []ticket.ReaderTag) bool {
	return slices.EqualFunc(stored, tags, func(s string, tag ticket.ReaderTag) bool { return s == string(tag) })
}
