// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accessreport

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// TestASpoolMergesWhatDoesNotFitInMemory adds the same looks to a spool that holds them all and to one that holds few tickets: both give the same, and
// the tickets of a person follow each other.
func TestASpoolMergesWhatDoesNotFitInMemory(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	small, large := newSpool(7), newSpool(1_000_000)
	kinds := Kinds()
	for n := range 5000 {
		id := random.IntN(300)
		l := look{
			at: time.Unix(int64(n), 0).UTC(), kind: kinds[random.IntN(len(kinds))], by: fmt.Sprint("account ", random.IntN(5)), opened: random.IntN(2) == 0,
			controller: catalog.EntityCode(fmt.Sprint("01030", random.IntN(3))), detail: fmt.Sprint("file ", random.IntN(3)), ticket: ticket.ID(fmt.Sprint("ticket ", id)),
		}
		if id%10 > 0 { // some have no tax code
			l.person = fmt.Sprint("person ", id%40)
		}
		for _, s := range []*spool{small, large} {
			if err := s.add(l); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(small.files) != buckets || large.files != nil || len(small.memory) > 7 {
		t.Fatalf("got %d and %d files, %d tickets in memory", len(small.files), len(large.files), len(small.memory))
	}
	contents := func(s *spool) (all []string) {
		t.Helper()
		var persons []string
		for range 2 { // it can be read more than once
			all, persons = nil, nil
			err := s.forEach(func(one *seen) error {
				slices.Sort(one.Files)
				slices.Sort(one.Controllers)
				line, err := json.Marshal(one)
				all = append(all, string(line))
				if n := len(persons); one.Person != "" && (n == 0 || persons[n-1] != one.Person) {
					persons = append(persons, one.Person)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if once := slices.Compact(slices.Sorted(slices.Values(persons))); len(once) != len(persons) {
			t.Errorf("got %d groups of %d persons", len(persons), len(once))
		}
		slices.Sort(all)
		return all
	}
	if a, b := contents(small), contents(large); !slices.Equal(a, b) || len(a) != 300 {
		t.Errorf("got %d and %d tickets, want the same 300", len(a), len(b))
	}
	sumA, errA := summarize(small)
	sumB, errB := summarize(large)
	if errA != nil || errB != nil || fmt.Sprint(sumA) != fmt.Sprint(sumB) || sumA.Tickets != 300 || sumA.Openings+sumA.Listings != 5000 {
		t.Errorf("got %+v, %v and %+v, %v", sumA, errA, sumB, errB)
	}
	if err := small.close(); err != nil {
		t.Error(err)
	}
}

// TestControllersOfAList names the entities that were competent while lists showed a ticket.
func TestControllersOfAList(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 3, 2, 9, minute, 0, 0, time.UTC) }
	history := []ticket.Recorded{
		{Event: ticket.Opened{Entity: "010301", Status: ticket.StatusNew}, At: at(0), Version: 1},
		{Event: ticket.Escalated{}, At: at(10), Version: 2},
		{Event: ticket.Redirected{To: "010208"}, At: at(20), Version: 3},
	}
	for name, c := range map[string]struct {
		from, to int
		want     string
	}{
		"before the hand-over": {1, 5, "[010301]"}, "at one moment": {5, 5, "[010301]"}, "across the hand-over": {5, 15, "[010301 regione]"}, "at the Region": {12, 15, "[regione]"},
		"across all": {1, 30, "[010301 regione 010208]"}, "at the end": {25, 30, "[010208]"},
	} {
		if got := fmt.Sprint(controllersBetween(history, at(c.from), at(c.to))); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
	if got := controllersBetween(history, time.Time{}, time.Time{}); got != nil {
		t.Errorf("without a list: got %v", got)
	}
}
