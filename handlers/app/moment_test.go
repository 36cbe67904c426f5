// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app_test

import (
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/projections/lists"
)

// TestAMomentShownNeverChanges reads a moment before and after the commit of an event with an earlier time, which a lock stalls. Both reads
// give the same bytes: the first one waits for the commit.
func TestAMomentShownNeverChanges(t *testing.T) {
	patient := func(c *eventstore.Config) {
		c.Clock, c.LockTimeout, c.AppendTimeout = nil, 2*time.Minute, 2*time.Minute
	}
	s := &service{T: t, System: handlertest.New(t, handlertest.Options{Log: patient})}
	s.anna = app.Caller{Actor: person.Actor{ID: s.Account(t, "anna", person.ASROperator, torino), Role: person.ASROperator, Entity: torino}}
	s.auditor = app.Caller{Actor: person.Actor{ID: s.Account(t, "revisore", person.Auditor, ""), Role: person.Auditor}}
	for name, read := range map[string]func(id ticket.ID, at time.Time) (any, error){
		"ticket": func(id ticket.ID, at time.Time) (any, error) { return s.App.Ticket(t.Context(), s.auditor, id, &at) },
		"replay": func(id ticket.ID, at time.Time) (any, error) {
			return s.App.ReadTicketAs(t.Context(), s.auditor, s.auditor.Viewer(), id, app.Moment{Time: at}, accesslog.Ticket)
		},
		"queue": func(_ ticket.ID, at time.Time) (any, error) {
			page, err := s.App.Lists.QueueAsOf(t.Context(), s.auditor.Viewer(), lists.AsOfQuery{Entity: torino, Queue: lists.AllQueue, At: at, Limit: 200})
			page.Stale = false // true on a slow machine
			return page, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			id := s.open()
			shown := func(at time.Time) string {
				got, err := read(id, at)
				if err != nil {
					t.Errorf("read at %v: %v", at, err)
				}
				text, err := json.Marshal(got)
				if err != nil {
					t.Error(err)
				}
				return string(text)
			}
			release := storetest.StallAppends(t, s.Database, string(id))
			var all sync.WaitGroup
			all.Go(func() { s.update(s.anna, id, take()) })
			storetest.WaitUntilBlocked(t, s.Database, 1)

			at := s.Store.Now().Add(500 * time.Millisecond) // later than the time of the stalled event
			var first string
			var answered atomic.Bool
			all.Go(func() {
				first = shown(at)
				answered.Store(true)
			})
			storetest.Eventually(t, "the first read answers, or the moment has passed and it waits for the commit", func() bool {
				return answered.Load() || s.Store.Now().After(at.Add(100*time.Millisecond))
			})
			release()
			all.Wait()

			if second := shown(at); first != second {
				t.Errorf("at %v: got first\n%s\nand then\n%s\nwant the same", at, first, second)
			}
			if !strings.Contains(first, string(ticket.StatusInProgress)) {
				t.Errorf("at %v: got %s, want the stalled event, which has an earlier time", at, first)
			}
		})
	}
}
