// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
)

// TestLinkedTickets: the erasure of a ticket prints the numbers of all linked tickets with the same personal data, and no others.
func TestLinkedTickets(t *testing.T) {
	t.Parallel()
	db, dir := storetest.New(t), t.TempDir()
	c := config.Config{DataDir: dir, DatabaseURL: db.URL, MasterKey: masterkey.InFile(filepath.Join(dir, "master.key")), Hold: rules.DefaultHold,
		External: config.External{MailDomain: "localhost"}}
	if err := os.WriteFile(c.MasterKey.File(), fmt.Appendf(nil, "%x\n", storetest.MasterKey()), 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := newNode(t.Context(), c, slog.New(slog.DiscardHandler), trusted(db.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	ids := map[string]ticket.ID{}
	open := func(number, taxCode, continues string) {
		t.Helper()
		id, err := app.NewID()
		if err != nil {
			t.Fatal(err)
		}
		ids[number] = id
		_, err = n.service.Dispatch(t.Context(), app.CommandRequest{Ticket: id, By: person.Actor{Role: person.Anonymous}, Command: ticket.Open{
			Number: number, Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: "010301", Channel: ticket.ChannelWeb,
			Identity: ticket.Declared, Requester: ticket.ForSelf, LinkedTo: ids[continues],
			Form: ticket.Form{
				GivenName: "Dora", FamilyName: "Esempio", TaxCode: taxCode, Email: "dora@example.org", Phone: "0115550000", Description: "Prova",
			},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	open("2026-0000001", "RSSMRA85T10A562S", "")
	open("2026-0000002", "RSSMRA85T10A562S", "2026-0000001")
	open("2026-0000003", "RSSMRA85T10A562S", "2026-0000002")
	open("2026-0000004", "RSSMRA85T10A562S", "") // the same citizen, not linked
	open("2026-0000005", "RSSMRA80A01H501U", "")
	running, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- n.projections.Start(running) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	var out bytes.Buffer
	a := &cli{out: &out}
	for _, step := range []struct {
		erase string
		left  []string
	}{
		{"2026-0000004", nil},
		{"2026-0000002", []string{"2026-0000001", "2026-0000003"}},
		{"2026-0000002", nil}, // the first erasure destroyed the data that the comparison needs
	} {
		if err := n.service.WaitForLists(t.Context()); err != nil {
			t.Fatal(err)
		}
		out.Reset()
		if err := a.eraseTicket(t.Context(), &cobra.Command{}, n, step.erase); err != nil {
			t.Fatal(err)
		}
		for _, number := range step.left {
			if !strings.Contains(out.String(), number) {
				t.Errorf("erase %s: got %q, want it to name %s", step.erase, out.String(), number)
			}
		}
		if named := strings.Contains(out.String(), "linked tickets with the same personal data"); named != (step.left != nil) {
			t.Errorf("erase %s: got %q, want linked tickets %v", step.erase, out.String(), step.left)
		}
	}
}
