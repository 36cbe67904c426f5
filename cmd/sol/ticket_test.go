// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

// TestCommandsRecordAccess: each command that shows a ticket, or searches by tax code, records an access.
func TestCommandsRecordAccess(t *testing.T) {
	t.Parallel()
	db, dir := storetest.New(t), t.TempDir()
	key := filepath.Join(dir, "master.key")
	if err := os.WriteFile(key, fmt.Appendf(nil, "%x\n", storetest.MasterKey()), 0o600); err != nil {
		t.Fatal(err)
	}
	c := config.Config{DataDir: dir, DatabaseURL: db.URL, MasterKey: masterkey.InFile(key), Hold: rules.DefaultHold,
		External: config.External{MailDomain: "localhost"}}
	n, err := newNode(t.Context(), c, slog.New(slog.DiscardHandler), trusted(db.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	id, err := app.NewID()
	if err != nil {
		t.Fatal(err)
	}
	const code = "RSSMRA85T10A562S"
	opened, err := n.service.Dispatch(t.Context(), app.CommandRequest{Ticket: id, By: person.Actor{Role: person.Anonymous}, Command: ticket.Open{
		Number: "2026-0000001", Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: "010301", Channel: ticket.ChannelWeb,
		Identity: ticket.Declared, Requester: ticket.ForSelf,
		Form: ticket.Form{GivenName: "Dora", FamilyName: "Esempio", TaxCode: code, Email: "dora@example.org", Phone: "0115550000",
			Description: "Prova"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"SOL_DATABASE_URL": db.URL, "SOL_DATA_DIR": dir, "SOL_MASTER_KEY_FILE": key, "SOL_DURABILITY": "none"}
	for _, args := range [][]string{
		{"ticket", "show", "2026-0000001"}, {"replay", "2026-0000001"}, {"ticket", "list", "--search", code},
		{"ticket", "list", "--search", "prova"},
	} {
		var out, stderr bytes.Buffer
		if code := run(t.Context(), args, func(name string) string { return env[name] }, &out, &stderr); code != 0 {
			t.Fatalf("%v: got exit code %d, want 0: %s", args, code, &stderr)
		}
	}
	all, err := accesslog.List(t.Context(), n.store.Pools().Request, person.Actor{Role: person.Auditor}, id, opened.State.Person, nil, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 3 || all[0].Kind != accesslog.Search || all[1].Kind != accesslog.History || all[2].Kind != accesslog.Ticket ||
		!strings.HasPrefix(all[2].By.ID, "os:") || !all[2].CommandLine || all[2].Purpose != "sol ticket show" {
		t.Errorf("got access records %+v, want a search, a history and a ticket", all)
	}
}
