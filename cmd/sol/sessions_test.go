// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// TestSessionSettingsReachEachNode starts sessions on one node and moves their times back in the database: both nodes refuse each session that the
// settings end, and no other one. Both ask people of the staff to set up a second factor.
func TestSessionSettingsReachEachNode(t *testing.T) {
	t.Parallel()
	db, dir := storetest.New(t), t.TempDir()
	key := filepath.Join(dir, "master.key")
	if err := os.WriteFile(key, fmt.Appendf(nil, "%x\n", storetest.MasterKey()), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"SOL_DATABASE_URL": db.URL, "SOL_DATA_DIR": dir, "SOL_MASTER_KEY_FILE": key, "SOL_DURABILITY": "none",
		"SOL_SESSION_IDLE": "5m", "SOL_SESSION_LIFETIME": "1h", "SOL_SECOND_FACTOR": "required",
	}
	c, err := config.Load(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	var nodes []*node
	for range 2 {
		n, err := newNode(t.Context(), c, slog.New(slog.DiscardHandler), trusted(db.URL), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer n.close()
		nodes = append(nodes, n)
	}
	secrets := accounts.Secrets{Password: "un giardino di limoni", PIN: "97531"}
	made, err := nodes[0].service.Accounts.Create(t.Context(), accounts.CommandLine, identity.NewAccount{Username: "mela.prova", GivenName: "Mela", FamilyName: "Prova"},
		accounts.Request{Change: account.Change{Role: person.ASROperator, Entity: "010301"}, Chosen: secrets})
	if err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string]struct {
		begun, seen string // before now
		alive       bool
	}{
		"used just now":        {"0s", "0s", true},
		"within the idle time": {"59m", "4m", true},
		"idle":                 {"5m", "5m", false},
		"after its lifetime":   {"60m", "0s", false},
	} {
		s, err := nodes[0].identity.Login(t.Context(), "mela.prova", secrets.Password, secrets.PIN, "192.0.2.1")
		if err != nil || s.Factor != identity.FactorMissing || s.Account != made.Account {
			t.Fatalf("%s: got %+v, %v, want a session that must set up a second factor", name, s, err)
		}
		if _, err := storetest.Connect(t, db.URL).Exec(t.Context(), `update identity.sessions set begun_at = begun_at - $2::text::interval, seen_at = seen_at - $3::text::interval where id::text = $1`,
			s.ID, at.begun, at.seen); err != nil {
			t.Fatal(err)
		}
		for i, n := range nodes {
			got, err := n.identity.CheckSession(t.Context(), s.Token)
			if at.alive && (err != nil || got.Factor != identity.FactorMissing) || !at.alive && !errors.Is(err, identity.ErrNoSession) {
				t.Errorf("%s, node %d: got %+v, %v, want it alive: %v", name, i, got, err, at.alive)
			}
		}
	}
}
