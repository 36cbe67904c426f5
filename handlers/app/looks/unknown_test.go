// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package looks_test

import (
	"slices"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/looks"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// TestUnknownCallersDoNotFillTheLog refuses five looks of nobody known in a minute, of which two may be recorded, and one in the next minute, whose record
// says how many there were. One that cannot be recorded is refused all the same, and counted. Looks of people who are known are all recorded.
func TestUnknownCallersDoNotFillTheLog(t *testing.T) {
	s := handlertest.New(t, handlertest.Options{Unknown: 2})
	refuse := func(role person.Role) {
		t.Helper()
		by := app.Caller{Actor: person.Actor{Role: role}, From: "192.0.2.9"}
		if err := s.App.Looks.RecordRefused(accesslog.WithLook(t.Context()), by, looks.Refused{Action: policy.ReadTicket, Path: "/richieste"}); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		refuse(person.Anonymous)
	}
	refuse(person.Citizen)
	s.Clock.Advance(time.Minute)
	refuse(person.Anonymous)

	conn := storetest.Connect(t, s.Database)
	var roles, details []string
	if err := conn.QueryRow(t.Context(), `select array_agg(role order by position), array_agg(detail order by position) from access.records where outcome = 'refused'`).Scan(&roles, &details); err != nil {
		t.Fatal(err)
	}
	if want := []string{"anonimo", "anonimo", "cittadino", "anonimo"}; !slices.Equal(roles, want) {
		t.Errorf("got records of %q, want of %q", roles, want)
	}
	if want := []string{"/richieste", "/richieste", "/richieste", "/richieste (+3)"}; !slices.Equal(details, want) {
		t.Errorf("got details %q, want %q", details, want)
	}

	restore := storetest.MakeUnavailable(t, s.Database)
	refuse(person.Anonymous)
	restore()
	conn = storetest.Connect(t, s.Database)
	storetest.Eventually(t, "a record counts the look without a record", func() (found bool) {
		s.Clock.Advance(time.Minute)
		refuse(person.Anonymous)
		_ = conn.QueryRow(t.Context(), `select detail ~ '^/richieste [(][+]\d+[)]$' from access.records order by position desc limit 1`).Scan(&found)
		return found
	})
}
