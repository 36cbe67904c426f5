// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// Guesses cannot grow the table of login records: those of a period are added up, and its rows are limited.
func TestGuessesAreAddedUp(t *testing.T) {
	h := newFixture(t)
	ctx := t.Context()
	record := func(r identity.LoginRecord) {
		t.Helper()
		if err := h.RecordLogin(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	anna := h.account("anna")
	for range 7 {
		record(identity.LoginRecord{Kind: identity.LoginFailed, Account: anna, Address: "192.0.2.1"})
	}
	record(identity.LoginRecord{Kind: identity.LoginLocked, Account: anna, Address: "192.0.2.1"})
	record(identity.LoginRecord{Kind: identity.LoginUnlocked, Account: anna, By: "01900000-0000-7000-8000-000000000001"})
	record(identity.LoginRecord{Kind: identity.LoginSucceeded, Account: anna, Address: "192.0.2.1"})
	auditor := person.Actor{ID: "auditor", Role: person.Auditor}
	all, err := accesslog.ListLogins(ctx, h.Pools.Request, auditor, anna, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range all {
		got = append(got, fmt.Sprintf("%s×%d", l.Kind, l.Count))
	}
	if want := "[login×1 unlock×1 lock×1 failure×7]"; fmt.Sprint(got) != want {
		t.Errorf("got records %v, want %v", got, want)
	}
	for n := range 1200 {
		record(identity.LoginRecord{Kind: identity.LoginFailed, Address: fmt.Sprintf("198.51.%d.%d", n/250, n%250)})
	}
	var rows, count int
	err = h.Pools.Consumer.QueryRow(ctx, `select count(*), sum(count) from access.logins where what = 'failure'`).Scan(&rows, &count)
	if err != nil || rows > 1001 || count != 1207 {
		t.Errorf("got %d rows that count %d failures (%v), want at most 1001 and 1207", rows, count, err)
	}
	if all, err := accesslog.ListLogins(ctx, h.Pools.Request, person.Actor{Role: person.Administrator}, "", 0, 10); err != nil || len(all) != 0 {
		t.Errorf("an administrator got %d records, %v, want none", len(all), err)
	}
	for _, statement := range []string{`update access.logins set count = 1`, `update access.logins set count = count + 2`, `update access.logins set count = count + 1, last_at = last_at + interval '1 day'`, `delete from access.logins`, `update access.logins set account = ''`} {
		if _, err := h.Pools.Consumer.Exec(ctx, statement); err == nil {
			t.Errorf("%s is possible", statement)
		}
	}
}

// Each log-in is recorded, and each failure, also with a user name that no account has.
func TestLoginsAreRecorded(t *testing.T) {
	h := newFixture(t)
	ctx := t.Context()
	anna := h.account("anna")
	h.login("anna")
	for _, name := range []string{"anna", "nessuno"} {
		if _, err := h.Login(ctx, name, "una parola sbagliata", pin, "192.0.2.7"); !errors.Is(err, identity.ErrCredentials) {
			t.Fatalf("got %v, want %v", err, identity.ErrCredentials)
		}
	}
	all, err := accesslog.ListLogins(ctx, h.Pools.Request, person.Actor{ID: "auditor", Role: person.Auditor}, "", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range all {
		got = append(got, l.Kind+" "+l.Account+" "+l.Address)
	}
	if want := []string{"failure  192.0.2.7", "failure " + anna + " 192.0.2.7", "login " + anna + " 192.0.2.7"}; !slices.Equal(got, want) {
		t.Errorf("got records %q, want %q", got, want)
	}
}
