// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package secondfactor_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/secondfactor"
	"github.com/sol-assistenza/sol/handlers/identity/secondfactor/keytest"
)

const (
	torino catalog.EntityCode = "010301"

	password = "una parola lunga"
	pin      = "24680"
	address  = "192.0.2.7"
	site     = "https://assistenza.example.it"
)

var secrets = accounts.Secrets{Password: password, PIN: pin}

func TestMain(m *testing.M) { storetest.Run(m) }

// node is one node on a database.
type node struct {
	*secondfactor.Service
	identity *identity.Identity
	accounts *accounts.Service
}

// fixture has a database of its own, with a clock that only the test advances.
type fixture struct {
	node
	t     *testing.T
	db    *storetest.DB
	clock *storetest.Clock
}

func newFixture(t *testing.T, options ...func(*identity.Config)) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: storetest.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))}
	f.db = storetest.New(t, func(c *eventstore.Config) { c.Clock = f.clock.Now })
	f.node = f.open(f.db.Store, options...)
	return f
}

func (f *fixture) open(store *eventstore.Store, options ...func(*identity.Config)) (n node) {
	f.t.Helper()
	c := identity.Config{Pools: store.Pools(), KeyedHashes: store.KeyedHashes, Clock: f.clock.Now, Hashing: identity.Hashing{Memory: 64, Passes: 1, Threads: 1}, Topics: store}
	for _, option := range options {
		option(&c)
	}
	var err error
	n.identity, err = identity.New(c)
	f.must(err)
	n.accounts = accounts.New(store, n.identity, account.Periods{})
	n.Service, err = secondfactor.New(secondfactor.Config{Identity: n.identity, Accounts: n.accounts, Keys: store.Keyring(), PublicURL: site})
	f.must(err)
	return n
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) want(err, want error) {
	f.t.Helper()
	if !errors.Is(err, want) {
		f.t.Fatalf("got error %v, want %v", err, want)
	}
}

// operator creates an account of an operator.
func (f *fixture) operator(username string) string {
	f.t.Helper()
	id, err := f.identity.CreateAccount(f.t.Context(), identity.NewAccount{Username: username, GivenName: "Prova", FamilyName: "Finta", Password: password, PIN: pin})
	f.must(err)
	_, err = f.identity.AddPlacement(f.t.Context(), id, person.ASROperator, torino, time.Time{})
	f.must(err)
	return id
}

func (f *fixture) login(username string) identity.Session {
	f.t.Helper()
	s, err := f.identity.Login(f.t.Context(), username, password, pin, address)
	f.must(err)
	return s
}

// code returns what an application shows now.
func (f *fixture) code(secret string) string {
	f.t.Helper()
	code, err := totp.GenerateCode(secret, f.clock.Now())
	f.must(err)
	return code
}

// enrol sets up an application for an account, whose next code is of a later period, and returns its secret.
func (f *fixture) enrol(username string) (secret string, added secondfactor.Added) {
	f.t.Helper()
	s := f.login(username)
	setup, err := f.BeginTOTP(f.t.Context(), s, identity.Source{Address: address}, secrets, "Telefono")
	f.must(err)
	added, err = f.ConfirmTOTP(f.t.Context(), s, setup.ID, f.code(setup.Secret))
	f.must(err)
	f.clock.Advance(time.Minute)
	return setup.Secret, added
}

func (f *fixture) prove(s identity.Session, code string) (identity.Session, error) {
	return f.Prove(f.t.Context(), s, identity.Source{Address: address}, code)
}

// A login with a second factor: until it is given the session can do nothing, and then it has another token.
func TestLoginWithACode(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	f.operator("anna")
	secret, added := f.enrol("anna")
	if added.Session.Factor != identity.FactorGiven || added.Session.Actor.Role != person.ASROperator || len(added.RecoveryCodes) != 10 {
		t.Fatalf("got %+v, want a session with the factor and ten recovery codes", added)
	}
	s := f.login("anna")
	if s.Factor != identity.FactorDue || s.Actor.Role != "" || !s.IsBlocked() {
		t.Fatalf("got session %+v, want one that waits for its second factor and has no role", s)
	}
	_, err := f.identity.ChoosePlacement(ctx, s.Token, person.ASROperator, torino)
	f.want(err, identity.ErrFactorDue)
	_, err = f.BeginTOTP(ctx, s, identity.Source{Address: address}, secrets, "Un altro telefono")
	f.want(err, identity.ErrFactorDue)
	valid, err := f.identity.CheckSessions(ctx, []string{s.Token})
	f.must(err)
	if valid[s.Token].Actor.Role != "" {
		t.Errorf("got the role %s for streams, want none", valid[s.Token].Actor.Role)
	}
	_, err = f.prove(s, "000000")
	f.want(err, identity.ErrFactor)
	given, err := f.prove(s, f.code(secret))
	f.must(err)
	if given.Token == s.Token || given.Actor.Role != person.ASROperator || given.Factor != identity.FactorGiven || given.Device == "" {
		t.Errorf("got session %+v, want one with a new token, the role and a device", given)
	}
	for _, token := range []string{s.Token, added.Session.Token} {
		again, err := f.identity.Authenticate(ctx, token)
		if token == s.Token {
			f.want(err, identity.ErrNoSession)
		} else if f.must(err); again.Factor != identity.FactorGiven {
			t.Errorf("got %+v, want the other session to go on", again)
		}
	}
	f.clock.Advance(time.Minute)
	late := f.login("anna")
	f.clock.Advance(10 * time.Minute)
	_, err = f.identity.Authenticate(ctx, late.Token)
	f.want(err, identity.ErrNoSession)
}

// A code counts once, whichever node gets it first, and so does the code that confirmed the application. An earlier code does not count after a
// later one.
func TestCodeCountsOnce(t *testing.T) {
	f := newFixture(t)
	f.operator("anna")
	s := f.login("anna")
	setup, err := f.BeginTOTP(t.Context(), s, identity.Source{Address: address}, secrets, "Telefono")
	f.must(err)
	first := f.code(setup.Secret)
	_, err = f.ConfirmTOTP(t.Context(), s, setup.ID, first)
	f.must(err)
	_, err = f.prove(f.login("anna"), first)
	f.want(err, identity.ErrFactor)

	f.clock.Advance(30 * time.Second)
	earlier := f.code(setup.Secret)
	f.clock.Advance(30 * time.Second)
	now := f.code(setup.Secret)
	other := f.open(f.db.OpenNode(t, func(c *eventstore.Config) { c.Clock = f.clock.Now }))
	var passed atomic.Int32
	var all sync.WaitGroup
	for n, service := range []*secondfactor.Service{f.Service, other.Service, f.Service, other.Service} {
		waiting := f.login("anna")
		all.Go(func() {
			_, err := service.Prove(context.Background(), waiting, identity.Source{Address: address}, now)
			if err == nil {
				passed.Add(1)
			} else if !errors.Is(err, identity.ErrFactor) {
				t.Errorf("node %d: got %v", n, err)
			}
		})
	}
	all.Wait()
	if passed.Load() != 1 {
		t.Errorf("got %d sessions for one code, want 1", passed.Load())
	}
	_, err = f.prove(f.login("anna"), earlier)
	f.want(err, identity.ErrFactor)
}

// Guesses of codes lock the account for their source as guesses of passwords do; of guesses that come at once no more are looked at, and a right
// password in between forgives nothing.
func TestGuessesOfCodesAreBounded(t *testing.T) {
	f := newFixture(t)
	f.operator("anna")
	secret, _ := f.enrol("anna")
	s := f.login("anna")
	var looked, locked atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := f.Prove(context.Background(), s, identity.Source{Address: "198.51.100.9"}, "000000")
			var wait *identity.LockedError
			switch {
			case errors.Is(err, identity.ErrFactor):
				looked.Add(1)
			case errors.As(err, &wait):
				locked.Add(1)
			default:
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
	if looked.Load() != 5 || locked.Load() != 15 {
		t.Errorf("got %d guesses that were looked at and %d refused, want 5 and 15", looked.Load(), locked.Load())
	}
	var wait *identity.LockedError
	if _, err := f.Prove(t.Context(), s, identity.Source{Address: "198.51.100.9"}, f.code(secret)); !errors.As(err, &wait) {
		t.Errorf("a right code from the locked source: got %v, want a lock", err)
	}
	for range 4 {
		_, err := f.prove(f.login("anna"), "000000") // each after a right password and PIN
		f.want(err, identity.ErrFactor)
	}
	waiting := f.login("anna")
	_, err := f.prove(waiting, "000000")
	f.want(err, identity.ErrFactor)
	if _, err := f.prove(waiting, f.code(secret)); !errors.As(err, &wait) {
		t.Errorf("after five wrong codes: got %v, want a lock", err)
	}
}

// A right code takes its own charge back: logins of many people from one address lock nobody out.
func TestRightCodesAreNoFailures(t *testing.T) {
	f := newFixture(t, func(c *identity.Config) { c.MaxFailures = 2 })
	f.operator("anna")
	secret, _ := f.enrol("anna")
	for range 12 { // more than MaxFailures and its slowdown
		_, err := f.prove(f.login("anna"), f.code(secret))
		f.must(err)
		f.clock.Advance(30 * time.Second)
	}
}

// Codes are stored so that nobody can read them. Each recovery code stands for the second factor once. New ones void those before.
func TestRecoveryCodes(t *testing.T) {
	f := newFixture(t)
	f.operator("anna")
	secret, added := f.enrol("anna")
	var dump string // neither the secret of an application nor a recovery code stands in the database
	f.must(f.db.Store.Pools().Session.QueryRow(t.Context(), `
		select (select string_agg(f::text || encode(sealed, 'escape'), ' ') from identity.factors f) || (select string_agg(c::text, ' ') from identity.recovery_codes c)`).Scan(&dump))
	for _, hidden := range append(added.RecoveryCodes, secret, strings.ReplaceAll(added.RecoveryCodes[0], "-", "")) {
		if strings.Contains(dump, hidden) {
			t.Errorf("got %q in the database", hidden)
		}
	}
	used := added.RecoveryCodes[3]
	s, err := f.prove(f.login("anna"), strings.ToUpper(used))
	f.must(err)
	_, err = f.prove(f.login("anna"), used)
	f.want(err, identity.ErrFactor)
	codes, err := f.NewRecoveryCodes(t.Context(), s, identity.Source{Address: address}, secrets)
	f.must(err)
	_, err = f.prove(f.login("anna"), added.RecoveryCodes[4])
	f.want(err, identity.ErrFactor)
	_, err = f.prove(f.login("anna"), codes[0])
	f.must(err)
	if o, err := f.List(t.Context(), s.Account); err != nil || o.RecoveryCodes != 9 {
		t.Errorf("got %+v, %v, want nine codes left", o, err)
	}
}

// Whoever finds a session open cannot change how its person logs in, and what counts is never what was only begun.
func TestChangesNeedPasswordAndPIN(t *testing.T) {
	f := newFixture(t)
	ctx, from := t.Context(), identity.Source{Address: address}
	id := f.operator("anna")
	s := f.login("anna")
	refused := func(err error, code refusal.Code) {
		t.Helper()
		var invalid *identity.InvalidError
		if !errors.As(err, &invalid) || invalid.Reason.Code != code {
			t.Errorf("got %v, want the refusal %s", err, code)
		}
	}
	wrong := accounts.Secrets{Password: "un’altra parola", PIN: pin}
	_, err := f.BeginTOTP(ctx, s, from, wrong, "Telefono")
	refused(err, refusal.SecretsWrong)
	_, err = f.BeginTOTP(ctx, s, from, secrets, " ")
	refused(err, refusal.FactorName)
	setup, err := f.BeginTOTP(ctx, s, from, secrets, "Telefono")
	f.must(err)
	_, err = f.ConfirmTOTP(ctx, s, setup.ID, "000000")
	refused(err, refusal.FactorCode)
	if again := f.login("anna"); again.Factor != identity.NoFactor {
		t.Errorf("got %s, want a factor that was not confirmed to count for nothing", again.Factor)
	}
	other := f.operator("bruno")
	_, err = f.ConfirmTOTP(ctx, f.login("bruno"), setup.ID, f.code(setup.Secret))
	f.want(err, identity.ErrNotFound)
	added, err := f.ConfirmTOTP(ctx, s, setup.ID, f.code(setup.Secret))
	f.must(err)
	_, err = f.identity.Authenticate(ctx, s.Token)
	f.want(err, identity.ErrNoSession) // it began without the factor
	refused(f.Remove(ctx, added.Session, from, wrong, setup.ID), refusal.SecretsWrong)
	f.want(f.Remove(ctx, f.login("bruno"), from, secrets, setup.ID), identity.ErrNotFound)
	f.must(f.Remove(ctx, added.Session, from, secrets, setup.ID))
	if o, err := f.List(ctx, id); err != nil || len(o.Factors) != 0 || o.RecoveryCodes != 0 {
		t.Errorf("got %+v, %v, want nothing left", o, err)
	}
	if again := f.login("anna"); again.Factor != identity.NoFactor {
		t.Errorf("got %s, want none", again.Factor)
	}
	history, err := f.accounts.History(ctx, id, 0, 10)
	f.must(err)
	var made []string
	for _, e := range history {
		made = append(made, string(e.Event.Operation)+" "+string(e.Event.Factor.Kind))
	}
	if got := strings.Join(made, ", "); got != "remove-factor totp, add-factor recovery-codes, add-factor totp" {
		t.Errorf("got history %s", got)
	}
	if _, err := f.accounts.History(ctx, other, 0, 10); err != nil {
		t.Error(err)
	}
}

// An administrator removes the factors of a person who lost them; a person cannot by that way.
func TestFactorsAreReset(t *testing.T) {
	f := newFixture(t)
	id := f.operator("anna")
	_, added := f.enrol("anna")
	reset := accounts.Request{Change: account.Change{Operation: account.ResetFactors, Account: id}}
	var refused *account.RefusedError
	if _, err := f.accounts.Change(t.Context(), person.Actor{ID: id, Role: person.ASROperator, Entity: torino}, reset); !errors.As(err, &refused) {
		t.Errorf("got %v, want a refusal", err)
	}
	_, err := f.accounts.Change(t.Context(), person.Actor{ID: "r1", Role: person.Administrator}, reset)
	f.must(err)
	_, err = f.identity.Authenticate(t.Context(), added.Session.Token)
	f.want(err, identity.ErrNoSession)
	if s := f.login("anna"); s.Factor != identity.NoFactor {
		t.Errorf("got %s, want none", s.Factor)
	}
}

// The factors of an administrator need two: one asks, another confirms, and until then they count. The command line removes those of the only
// administrator alone; while another one is there it does not.
func TestFactorsOfAnAdministratorAreResetByTwo(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ids := map[string]string{}
	var administrators []person.Actor
	for _, name := range []string{"ada", "bice", "carla"} {
		id, err := f.identity.CreateAccount(ctx, identity.NewAccount{Username: name, GivenName: "Prova", FamilyName: "Finta", Password: password, PIN: pin})
		f.must(err)
		_, err = f.identity.AddPlacement(ctx, id, person.Administrator, "", time.Time{})
		f.must(err)
		ids[name], administrators = id, append(administrators, person.Actor{ID: id, Role: person.Administrator})
	}
	f.addKey(f.login("ada"), keytest.New(t, site), "Chiave")
	reset := accounts.Request{Change: account.Change{Operation: account.ResetFactors, Account: ids["ada"]}}
	var refused *account.RefusedError
	if _, err := f.accounts.Change(ctx, accounts.CommandLine, reset); !errors.As(err, &refused) || refused.Reason.Code != refusal.AdministratorResets {
		t.Errorf("the command line: got %v, want a refusal", err)
	}
	asked, err := f.accounts.Change(ctx, administrators[1], reset)
	if f.must(err); !asked.Waits() || f.login("ada").Factor != identity.FactorDue {
		t.Fatalf("got %+v, want a request, and the key to count until it is confirmed", asked)
	}
	if _, err := f.accounts.Confirm(ctx, administrators[1], asked.Event.ID); !errors.As(err, &refused) {
		t.Errorf("who asked confirms: got %v, want a refusal", err)
	}
	if _, err := f.accounts.Confirm(ctx, administrators[0], asked.Event.ID); !errors.As(err, &refused) {
		t.Errorf("the person concerned confirms: got %v, want a refusal", err)
	}
	_, err = f.accounts.Confirm(ctx, administrators[2], asked.Event.ID)
	f.must(err)
	f.addKey(f.login("ada"), keytest.New(t, site), "Chiave")
	for _, name := range []string{"bice", "carla"} {
		_, err := f.accounts.Change(ctx, accounts.CommandLine, accounts.Request{Change: account.Change{Operation: account.Disable, Account: ids[name]}})
		f.must(err)
	}
	done, err := f.accounts.Change(ctx, accounts.CommandLine, reset)
	if f.must(err); done.Event.Kind != account.Changed || f.login("ada").Factor != identity.NoFactor {
		t.Errorf("the only administrator: got %+v, want no factor left", done.Event)
	}
}

// With SOL_SECOND_FACTOR=required who has none can do nothing before setting one up; a program needs none.
func TestRequiredFactor(t *testing.T) {
	f := newFixture(t, func(c *identity.Config) { c.RequireFactor = true })
	f.operator("anna")
	s := f.login("anna")
	if s.Factor != identity.FactorMissing || !s.IsBlocked() {
		t.Fatalf("got session %+v, want one that must set up a factor", s)
	}
	_, err := f.identity.ChoosePlacement(t.Context(), s.Token, person.ASROperator, torino)
	f.want(err, identity.ErrFactorDue)
	if _, added := f.enrol("anna"); added.Session.Factor != identity.FactorGiven || added.Session.IsBlocked() {
		t.Errorf("got session %+v, want one that goes on", added.Session)
	}
	id, err := f.identity.CreateAccount(t.Context(), identity.NewAccount{Username: "programma", GivenName: "Prova", FamilyName: "Finta", Password: password, PIN: pin})
	f.must(err)
	_, err = f.identity.AddPlacement(t.Context(), id, person.Integration, "", time.Time{})
	f.must(err)
	if s := f.login("programma"); s.IsBlocked() {
		t.Errorf("got session %+v of a program, want one that is not blocked", s)
	}
}
