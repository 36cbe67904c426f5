// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

//go:build policyoff

package routestest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/routestest"
)

// The tests of this file are compiled with the tag policyoff alone, which switches the application's checks off: what a route keeps back
// is kept back by the database.

// TestDatabaseAloneKeepsBackWhatEveryPageReads opens every page as everybody.
func TestDatabaseAloneKeepsBackWhatEveryPageReads(t *testing.T) {
	t.Parallel()
	server, s, _ := servePages(t)
	t.Logf("requests about foreign tickets: %d", s.CheckWall(server, routestest.Pages()))
}

// TestDatabaseAloneKeepsBackWhatEveryOperationReads calls every operation that reads as everybody.
func TestDatabaseAloneKeepsBackWhatEveryOperationReads(t *testing.T) {
	t.Parallel()
	server, s := serveAPI(t)
	t.Logf("requests about foreign tickets: %d", s.CheckWall(server, routestest.API()))
}

// TestDatabaseAloneKeepsATicketBack reads a ticket with the personal link to another one, which is the only caller that the other tests leave out.
func TestDatabaseAloneKeepsATicketBack(t *testing.T) {
	t.Parallel()
	server, s := serveAPI(t)
	about := s.Open(routestest.Redirected, ticket.StatusInProgress)
	read := routestest.API()[slices.IndexFunc(routestest.API(), func(r routestest.Route) bool { return r.Name() == "GET /api/v1/tickets/{id}" })]
	for _, reader := range []routestest.Person{s.Person("operatore-asr-010208"), s.Person("cittadino"), s.Holder(about)} {
		if got := s.Send(server, read, reader, about); got.Status != 200 || !strings.Contains(got.Body, about.Number) {
			t.Errorf("%s: got %d, want the ticket", reader.Name, got.Status)
		}
	}
	got := s.Send(server, read, s.Holder(s.Open(routestest.Redirected, ticket.StatusInProgress)), about)
	if got.Status == 200 {
		t.Error("holder of another link: got 200, want a refusal")
	}
	for _, secret := range append(about.Personal, about.Texts[0].Words...) {
		if strings.Contains(got.Body, secret) {
			t.Errorf("holder of another link: the answer %d holds %q", got.Status, secret)
		}
	}
}
