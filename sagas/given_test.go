// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

const (
	torino     catalog.EntityCode = "010301"
	to3        catalog.EntityCode = "010203"
	cuneo      catalog.EntityCode = "010210"
	testTicket ticket.ID          = "01930000-0000-7000-8000-000000000001"
)

// rome reads a moment as people in Piemonte write it.
func rome(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, calendar.Rome())
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

// record numbers events as the log would, each an act of its own: the first is act-1.
func record(events ...ticket.Event) []ticket.Recorded {
	all := make([]ticket.Recorded, len(events))
	for i, e := range events {
		all[i] = ticket.Recorded{
			Event: e, Ticket: testTicket, Version: i + 1, Position: int64(i + 1),
			At: time.Date(2026, 3, 2, 8, i, 0, 0, time.UTC), Act: ticket.ID(fmt.Sprintf("act-%d", i+1)),
		}
	}
	return all
}

// react folds all events and answers what the last of them led to.
func react[S comparable](s runtime.Saga[S], events ...ticket.Event) (state S, actions []runtime.Action) {
	for _, r := range record(events...) {
		state, actions = s.React(state, r)
	}
	return state, actions
}

// catalogWith is the catalogue with a text in entities.json replaced.
func catalogWith(t testing.TB, replaced ...string) *catalog.Catalog {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"entities.json", "services.json", "calendars.json"} {
		content, err := fs.ReadFile(catalog.DataFiles(), name)
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.NewReplacer(replaced...).Replace(string(content))
		files[name] = &fstest.MapFile{Data: []byte(changed)}
	}
	c, err := catalog.Parse(files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// catalogWithSuccession is the catalogue in which ASL Città di Torino ceases on 1 January 2027; TO3 follows it.
func catalogWithSuccession(t testing.TB) *catalog.Catalog {
	const since = `"seat": "Torino", "valid_from": "2017-01-01"`
	return catalogWith(t, since, since+`, "valid_to": "2027-01-01", "successor": "010203"`)
}
