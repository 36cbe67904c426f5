// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/identity"
)

const (
	torino   catalog.EntityCode = "010301"
	novara   catalog.EntityCode = "010208"
	password                    = "una parola lunga"
	pin                         = "24680"
	taxCode                     = "RSSMRA80A01H501U"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// fixture is an Identity on a database of its own, with a clock that only the test advances.
type fixture struct {
	*identity.Identity
	t     *testing.T
	clock *storetest.Clock
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	store := storetest.New(t).Store
	h := &fixture{t: t, clock: storetest.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))}
	var err error
	h.Identity, err = identity.New(identity.Config{
		Pools: store.Pools(), KeyedHashes: store.KeyedHashes, Persons: persons.New(store), Clock: h.clock.Now, CitizenPasswords: true, Hashing: identity.Hashing{Memory: 64, Passes: 1, Threads: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *fixture) account(username string, placements ...person.Actor) string {
	h.t.Helper()
	id, err := h.CreateAccount(context.Background(), identity.NewAccount{Username: username, GivenName: "Prova", FamilyName: strings.ToUpper(username), Password: password, PIN: pin})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, p := range placements {
		if _, err := h.AddPlacement(context.Background(), id, p.Role, p.Entity, time.Time{}); err != nil {
			h.t.Fatal(err)
		}
	}
	return id
}

func (h *fixture) login(username string) identity.Session {
	h.t.Helper()
	s, err := h.Login(context.Background(), username, password, pin, "192.0.2.7")
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func (h *fixture) wantError(err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Fatalf("got error %v, want %v", err, want)
	}
}

func operatorAt(e catalog.EntityCode) person.Actor {
	return person.Actor{Role: person.ASROperator, Entity: e}
}

func TestFAQ_2_1_LoginThenRoleAndPlacement(t *testing.T) {
	h, ctx := newFixture(t), context.Background()
	id := h.account("anna", operatorAt(torino), operatorAt(novara))
	s := h.login(" Anna ")
	if len(s.Placements) != 2 || s.Actor.Role != "" {
		t.Fatalf("got %+v, want two placements and none chosen", s)
	}
	chosen, err := h.ChoosePlacement(ctx, s.Token, person.ASROperator, novara)
	if err != nil {
		t.Fatal(err)
	}
	if want := (person.Actor{ID: id, Role: person.ASROperator, Entity: novara}); chosen.Actor != want {
		t.Fatalf("got actor %+v, want %+v", chosen.Actor, want)
	}
	_, err = h.Authenticate(ctx, s.Token)
	h.wantError(err, identity.ErrNoSession) // the token was renewed
	_, err = h.ChoosePlacement(ctx, chosen.Token, person.ASRSupervisor, novara)
	h.wantError(err, identity.ErrNotPlaced)
	again, err := h.Authenticate(ctx, chosen.Token)
	if err != nil || again.Actor != chosen.Actor || again.Name != "Prova ANNA" {
		t.Fatalf("got %+v, %v, want the same actor and name", again, err)
	}
	if err := h.EndSession(ctx, chosen.Token); err != nil {
		t.Fatal(err)
	}
	_, err = h.Authenticate(ctx, chosen.Token)
	h.wantError(err, identity.ErrNoSession)
}

func TestLoginChoosesTheOnlyPlacement(t *testing.T) {
	h := newFixture(t)
	id := h.account("bruno", operatorAt(torino))
	if s := h.login("bruno"); s.Actor != (person.Actor{ID: id, Role: person.ASROperator, Entity: torino}) {
		t.Fatalf("got actor %+v, want the only placement", s.Actor)
	}
}

func TestSessionsEndAfterIdleTimeAndLifetime(t *testing.T) {
	for name, c := range map[string]struct {
		then  func(h *fixture, account, token string)
		alive bool
	}{
		"used within the idle time":   {func(h *fixture, _, _ string) { h.clock.Advance(29 * time.Minute) }, true},
		"unused for the idle time":    {func(h *fixture, _, _ string) { h.clock.Advance(30 * time.Minute) }, false},
		"after its lifetime, in use":  {func(h *fixture, _, token string) { h.useUntil(token, 12*time.Hour) }, false},
		"just before its end, in use": {func(h *fixture, _, token string) { h.useUntil(token, 12*time.Hour-20*time.Minute) }, true},
		"checked, but not used": {func(h *fixture, _, token string) {
			h.clock.Advance(20 * time.Minute)
			if _, err := h.CheckSession(context.Background(), token); err != nil {
				h.t.Fatal(err)
			}
			h.clock.Advance(10 * time.Minute)
		}, false},
		"account disabled": {func(h *fixture, account, _ string) { h.must(h.Disable(context.Background(), account)) }, false},
		"password changed": {func(h *fixture, account, _ string) {
			h.must(h.SetPassword(context.Background(), account, "un'altra parola", pin))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFixture(t)
			account := h.account("carla", operatorAt(torino))
			token := h.login("carla").Token
			c.then(h, account, token)
			_, err := h.Authenticate(context.Background(), token)
			if alive := err == nil; alive != c.alive || err != nil && !errors.Is(err, identity.ErrNoSession) {
				t.Fatalf("got error %v, want a valid session: %v", err, c.alive)
			}
		})
	}
}

// TestExpiredSessionsAreDeleted ends a session by idle time and one by lifetime. The deletion takes these two and leaves the others.
func TestExpiredSessionsAreDeleted(t *testing.T) {
	h, ctx := newFixture(t), context.Background()
	h.account("carla", operatorAt(torino))
	h.account("dario", operatorAt(torino))
	h.account("elena", operatorAt(torino))
	old := h.login("carla").Token
	h.useUntil(old, 11*time.Hour+40*time.Minute)
	idle := h.login("dario").Token
	used := h.login("elena").Token
	h.useUntil(used, 15*time.Minute)
	_, err := h.Authenticate(ctx, old)
	h.must(err)
	h.clock.Advance(15 * time.Minute)
	deleted, err := h.DeleteExpiredSessions(ctx)
	if err != nil || deleted != 2 {
		t.Fatalf("got %d sessions deleted, %v, want 2", deleted, err)
	}
	if _, err := h.Authenticate(ctx, used); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{old, idle} {
		_, err := h.Authenticate(ctx, token)
		h.wantError(err, identity.ErrNoSession)
	}
	if again, err := h.DeleteExpiredSessions(ctx); err != nil || again != 0 {
		t.Fatalf("got %d sessions deleted again, %v, want none", again, err)
	}
}

func (h *fixture) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// useUntil uses a session every 20 minutes for a time.
func (h *fixture) useUntil(token string, d time.Duration) {
	for ; d > 0; d -= 20 * time.Minute {
		h.clock.Advance(min(d, 20*time.Minute))
		_, _ = h.Authenticate(context.Background(), token)
	}
}

func TestEndedPlacementGivesNoRole(t *testing.T) {
	h, ctx := newFixture(t), context.Background()
	account := h.account("dario", operatorAt(torino))
	token := h.login("dario").Token
	h.clock.Advance(time.Minute)
	h.must(h.EndPlacement(ctx, account, person.ASROperator, torino))
	s, err := h.Authenticate(ctx, token)
	if err != nil || s.Actor.Role != "" {
		t.Fatalf("got actor %+v, %v, want no role", s.Actor, err)
	}
	h.wantError(h.EndPlacement(ctx, account, person.ASROperator, torino), identity.ErrNotFound)
	if _, err := h.AddPlacement(ctx, account, person.ASROperator, torino, time.Time{}); err != nil {
		t.Fatalf("add the ended placement again: %v", err)
	}
	_, err = h.AddPlacement(ctx, account, person.ASROperator, torino, time.Time{})
	h.wantError(err, identity.ErrTaken)
}

func TestLockIsTheSameForUnknownUserNames(t *testing.T) {
	h, ctx := newFixture(t), context.Background()
	h.account("elena", operatorAt(torino))
	for _, name := range []string{"elena", "nessuno"} {
		for n := range 5 {
			_, err := h.Login(ctx, name, password, "9999", "192.0.2.7")
			if !errors.Is(err, identity.ErrCredentials) {
				t.Fatalf("%s, failure %d: got %v, want ErrCredentials", name, n+1, err)
			}
			h.clock.Advance(time.Second)
		}
		var locked *identity.LockedError
		if _, err := h.Login(ctx, name, password, pin, "192.0.2.7"); !errors.As(err, &locked) {
			t.Fatalf("%s: got %v, want a lock", name, err)
		}
		if left := locked.Until.Sub(h.clock.Now()); left <= 14*time.Minute || left > 15*time.Minute {
			t.Fatalf("%s: got a lock for %s, want 14 to 15 minutes", name, left)
		}
	}
	h.clock.Advance(15 * time.Minute)
	h.login("elena")
	_, err := h.Login(ctx, "elena", "sbagliata!", pin, "192.0.2.7")
	h.wantError(err, identity.ErrCredentials) // the count started again, so one failure does not lock
	h.login("elena")
}

func TestConcurrentGuessesAreLocked(t *testing.T) {
	h, ctx := newFixture(t), context.Background()
	h.account("fabio", operatorAt(torino))
	var tries sync.WaitGroup
	answers := make([]error, 60)
	for n := range answers {
		tries.Go(func() { _, answers[n] = h.Login(ctx, "fabio", password, "0000", "192.0.2.7") })
	}
	tries.Wait()
	wrong := 0
	for _, err := range answers {
		if errors.Is(err, identity.ErrCredentials) {
			wrong++
		}
	}
	if most := 5 + h.Hashers - 1; wrong < 5 || wrong > most {
		t.Fatalf("got %d verified guesses, want 5 to %d", wrong, most)
	}
}

func TestLoginStopsWhenItsContextEnds(t *testing.T) {
	h := newFixture(t)
	h.account("gina", operatorAt(torino))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := h.Login(ctx, "gina", password, pin, "192.0.2.7"); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want context.Canceled", err)
	}
	h.login("gina") // the slot is free again
}

func TestInvalidAccountsAndPlacementsAreRefused(t *testing.T) {
	h, ctx := newFixture(t), context.Background()
	good := identity.NewAccount{Username: "h.verdi", GivenName: "Ugo", FamilyName: "Verdi", Password: password, PIN: pin, TaxCode: taxCode}
	for name, change := range map[string]func(*identity.NewAccount){
		"a name that breaks lines": func(n *identity.NewAccount) { n.Username = "a\nb" },
		"no family name":           func(n *identity.NewAccount) { n.FamilyName = " " },
		"a short password":         func(n *identity.NewAccount) { n.Password = "corta" },
		"a PIN of letters":         func(n *identity.NewAccount) { n.PIN = "abcd" },
		"a wrong tax code":         func(n *identity.NewAccount) { n.TaxCode = "RSSMRA80A01H501V" },
	} {
		n := good
		change(&n)
		var invalid *identity.InvalidError
		if _, err := h.CreateAccount(ctx, n); !errors.As(err, &invalid) {
			t.Errorf("%s: got %v, want InvalidError", name, err)
		}
	}
	if _, err := h.CreateAccount(ctx, good); err != nil {
		t.Fatal(err)
	}
	_, err := h.CreateAccount(ctx, good)
	h.wantError(err, identity.ErrTaken)
	for role, entity := range map[person.Role]catalog.EntityCode{
		person.ASROperator: catalog.Region, person.RegionalOperator: torino, person.DataProtectionOfficer: "", person.Administrator: torino, person.ASRSupervisor: "", person.System: "",
	} {
		var invalid *identity.InvalidError
		if _, err := h.AddPlacement(ctx, "00000000-0000-0000-0000-000000000000", role, entity, time.Time{}); !errors.As(err, &invalid) {
			t.Errorf("%s at %q: got %v, want InvalidError", role, entity, err)
		}
	}
	_, err = h.AddPlacement(ctx, "00000000-0000-0000-0000-000000000000", person.Auditor, "", time.Time{})
	h.wantError(err, identity.ErrNotFound)
}

func TestOperatorsNamesAndAccounts(t *testing.T) {
	h, ctx := newFixture(t), context.Background()
	lia := h.account("lia", operatorAt(torino), operatorAt(novara))
	mara := h.account("mara", person.Actor{Role: person.ASRSupervisor, Entity: torino})
	h.account("nino", person.Actor{Role: person.Citizen})
	gone := h.account("olga", operatorAt(torino))
	h.must(h.Disable(ctx, gone))

	colleagues, err := h.ListOperators(ctx, torino)
	h.must(err)
	if len(colleagues) != 2 || colleagues[0].ID != lia || colleagues[1].ID != mara {
		t.Fatalf("got operators %+v, want lia and mara", colleagues)
	}
	for query, at := range map[string]catalog.EntityCode{"lia": novara, lia: torino, "LIA": torino} {
		if o, err := h.FindOperator(ctx, query, at); err != nil || o.ID != lia || o.Entity != at {
			t.Errorf("find %s at %s: got %+v, %v, want lia", query, at, o, err)
		}
	}
	for _, nobody := range []string{"nino", "olga", "x' or ''='"} {
		_, err := h.FindOperator(ctx, nobody, torino)
		h.wantError(err, identity.ErrNotFound)
	}
	names, err := h.Names(ctx, eventstore.Reader{Everything: true}, []string{lia, gone, "auto-close", ""})
	if err != nil || len(names) != 2 || names[gone] != "Prova OLGA" {
		t.Fatalf("got names %v, %v, want those of lia and olga", names, err)
	}
	all, err := h.ListAccounts(ctx)
	if err != nil || len(all) != 4 || len(all[0].Placements) != 2 || all[3].DisabledAt == nil {
		t.Fatalf("got accounts %+v, %v, want four, olga disabled", all, err)
	}
}
