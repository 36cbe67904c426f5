// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/goldentest"
	"github.com/sol-assistenza/sol/domain/ticket/codec"
)

// samples holds one event of each kind, with the fields that the kind has.
func samples() []Event {
	const anna, ticket, mela = "01900000-0000-7000-8000-00000000000a", "01900000-0000-7000-8000-00000000000b", "01900000-0000-7000-8000-00000000000c"
	last, no := time.Date(2026, 3, 2, 9, 0, 5, 0, time.UTC), false
	login := Event{Account: anna, Username: "anna.prova", Address: "192.0.2.1"}
	change := Event{Account: anna, Username: "anna.prova", By: mela, ByUsername: "mela.prova", ByRole: "amministratore", Operation: "give-role", Change: ticket, Role: "auditor"}
	look := Event{By: anna, ByUsername: "anna.prova", ByRole: "operatore_asr", ByEntity: "010301", Entity: "010208", Ticket: ticket, Look: "ticket", Address: "192.0.2.1"}
	with := func(e Event, kind Kind, change func(*Event)) Event {
		e.ID, e.Sequence, e.Epoch, e.Time, e.Kind, e.Count = "log/17", 42, 1, time.Date(2026, 3, 2, 9, 0, 0, 123456000, time.UTC), kind, 1
		if change != nil {
			change(&e)
		}
		return e
	}
	return []Event{
		with(login, LoginSucceeded, nil),
		with(login, LoginRefused, func(e *Event) { e.ID, e.Count, e.Last = "login/17/2-6", 5, &last }),
		with(login, LoginLocked, nil),
		with(login, LoginUnlocked, func(e *Event) { e.By, e.ByUsername = mela, "mela.prova" }),
		with(Event{Account: anna, Username: "anna.prova", By: mela, ByUsername: "mela.prova", ByRole: "amministratore"}, SessionEnded, nil),
		with(change, AccountChanged, nil), with(change, ChangeRequested, nil), with(change, ChangeConfirmed, nil), with(change, ChangeRefused, nil),
		with(change, ChangeWithdrawn, nil), with(change, ChangeExpired, nil), with(change, EmergencyUsed, nil),
		with(change, EmergencyReviews, func(e *Event) { e.Justified = &no }),
		with(Event{By: mela, Entity: "010301", Detail: "figures-per-person"}, AgreementRecorded, nil),
		with(Event{By: mela, Entity: "010301", Detail: "figures-per-person"}, AgreementEnded, nil),
		with(Event{By: mela, ByUsername: "mela.prova", ByRole: "amministratore", Detail: "in-force"}, MappingConfirmed, nil),
		with(look, LookExported, func(e *Event) { e.Look, e.Ticket, e.Entity, e.Detail = "export", "", "", "tutte" }),
		with(look, LookDossier, func(e *Event) { e.Look = "dossier" }),
		with(look, LookRefused, func(e *Event) { e.ID, e.Count, e.Last, e.Ticket, e.Entity = "look/17-31", 12, &last, "", "" }),
		with(look, LookCommand, func(e *Event) { e.By, e.ByUsername, e.Address, e.CommandLine = "root", "", "", "sol replay" }),
		with(Event{By: mela, ByRole: "supervisore_asr", ByEntity: "010301", Ticket: ticket}, TicketRestricted, nil),
		with(Event{By: mela, ByRole: "supervisore_asr", ByEntity: "010301", Ticket: ticket}, RestrictionEnded, nil),
		with(Event{Ticket: ticket, File: mela, Detail: "infected", Signature: "Eicar-Test-Signature"}, FileClosed, nil),
		with(Event{By: command, Ticket: ticket}, KeyTicketDestroyed, nil),
		with(Event{By: "os:root", CommandLine: "sol ticket list"}, KeyMasterUsed, nil), with(Event{By: "os:root", CommandLine: "sol keys new-master"}, KeyMasterMade, nil),
		with(Event{By: command}, KeyMasterRotated, nil), with(Event{By: command, Key: "person"}, KeyHashRenewed, nil), with(Event{By: "os:root", CommandLine: "sol keys end", Key: "personal-link 1"}, KeyHashEnded, nil),
		with(Event{By: command, Key: "person 1"}, KeyHashDestroyed, nil),
		with(Event{Node: "host http://127.0.0.1:8080", Version: "1.0"}, NodeStarted, nil),
		with(Event{Node: "host http://127.0.0.1:8080", Setting: "SOL_HOLD", Before: "10s", After: "0s"}, SettingChanged, nil),
		with(Event{DBRole: "postgres", Application: "psql", Address: "local"}, DatabaseLogin, nil),
		with(Event{}, Dropped, func(e *Event) { e.ID, e.Count = "dropped/1772442000000000", 3 }),
	}
}

// The kinds are a closed set whose form no release changes: each has a sample in a golden file.
func TestEventsEqualTheirGoldenFile(t *testing.T) {
	var kinds []Kind
	for _, e := range samples() {
		kinds = append(kinds, e.Kind)
	}
	if !slices.Equal(kinds, Kinds()) {
		t.Errorf("got samples of %v, want one of each of %v", kinds, Kinds())
	}
	got, err := lines(samples())
	if err != nil {
		t.Fatal(err)
	}
	goldentest.Compare(t, "testdata/events.golden.jsonl", string(got)) // receivers have rules for what it holds
}

// Every event of accounts and agreements has a kind, and the stored names of the others exist.
func TestEventsOfTheLogHaveAKind(t *testing.T) {
	for _, name := range append(account.EventNames(), agreement.EventNames()...) {
		e, err := logRow{Type: name, Data: []byte(`{}`)}.event()
		if err != nil || !slices.Contains(Kinds(), e.Kind) {
			t.Errorf("%s: got kind %q, %v, want one of the kinds", name, e.Kind, err)
		}
	}
	for name, kind := range ticketKinds {
		if _, err := codec.Decode(name, []byte(`{}`), nil); err != nil || !slices.Contains(Kinds(), kind) {
			t.Errorf("%s: got kind %q, %v, want an event of tickets", name, kind, err)
		}
	}
	if !json.Valid([]byte(escapeNonASCII(`"é"`))) {
		t.Error("got no JSON")
	}
}

// The table of docs/operating.md names every kind.
func TestKindsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range Kinds() {
		if !strings.Contains(string(page), "`"+string(k)+"`") {
			t.Errorf("docs/operating.md does not name %s", k)
		}
	}
}
