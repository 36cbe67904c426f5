// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package secondfactor_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/secondfactor"
	"github.com/sol-assistenza/sol/handlers/identity/secondfactor/keytest"
)

var source = identity.Source{Address: address}

// addKey registers a key for the account of a session.
func (f *fixture) addKey(s identity.Session, key *keytest.Key, name string) secondfactor.Added {
	f.t.Helper()
	setup, err := f.BeginKey(f.t.Context(), s, source, secrets, name)
	f.must(err)
	added, err := f.ConfirmKey(f.t.Context(), s, setup.ID, key.Register(setup.Options))
	f.must(err)
	return added
}

// challenge returns a login that waits for its second factor, with the options for a key.
func (f *fixture) challenge(username string) (identity.Session, []byte) {
	f.t.Helper()
	s := f.login(username)
	options, err := f.BeginProof(f.t.Context(), s)
	f.must(err)
	return s, options
}

// wantInvalid expects the refusal of a field.
func (f *fixture) wantInvalid(err error, code refusal.Code) {
	f.t.Helper()
	var invalid *identity.InvalidError
	if !errors.As(err, &invalid) || invalid.Reason.Code != code {
		f.t.Fatalf("got %v, want the refusal %s", err, code)
	}
}

// Several keys stand beside each other and beside an application; each logs in, with a counter or without one, also after many logins.
func TestLoginWithSecurityKeys(t *testing.T) {
	f := newFixture(t)
	id := f.operator("anna")
	usb, passkey := keytest.New(t, site), keytest.New(t, site)
	passkey.NoCounter, usb.Counter = true, 41
	first := f.addKey(f.login("anna"), usb, "Chiave blu")
	if first.Session.Factor != identity.FactorGiven || len(first.RecoveryCodes) != 10 {
		t.Fatalf("got %+v, want a session with the factor and ten recovery codes", first)
	}
	second := f.addKey(first.Session, passkey, "Telefono")
	if second.RecoveryCodes != nil {
		t.Error("got recovery codes with the second factor, want them with the first alone")
	}
	setup, err := f.BeginTOTP(t.Context(), second.Session, source, secrets, "App")
	f.must(err)
	_, err = f.ConfirmTOTP(t.Context(), second.Session, setup.ID, f.code(setup.Secret))
	f.must(err)
	for range 2 {
		for _, key := range []*keytest.Key{usb, passkey} {
			s, options := f.challenge("anna")
			if s.Factor != identity.FactorDue || s.Actor.Role != "" {
				t.Fatalf("got session %+v, want one that waits for its second factor", s)
			}
			given, err := f.ProveKey(t.Context(), s, source, key.Answer(options))
			f.must(err)
			if given.Token == s.Token || given.Factor != identity.FactorGiven || given.Actor.Role != person.ASROperator || given.Device == "" {
				t.Errorf("got session %+v, want one with a new token, the role and a device", given)
			}
			_, err = f.identity.Authenticate(t.Context(), s.Token)
			f.want(err, identity.ErrNoSession)
		}
	}
	f.clock.Advance(time.Minute)
	_, err = f.prove(f.login("anna"), f.code(setup.Secret))
	f.must(err)
	_, err = f.prove(f.login("anna"), first.RecoveryCodes[0])
	f.must(err)
	o, err := f.List(t.Context(), id)
	f.must(err)
	if len(o.Factors) != 3 || o.Factors[0].Name != "Chiave blu" || o.Factors[0].Kind != account.SecurityKey || o.Factors[0].UsedAt == nil || o.Factors[1].Name != "Telefono" {
		t.Fatalf("got factors %+v", o.Factors)
	}

	f.must(f.Remove(t.Context(), second.Session, source, secrets, o.Factors[0].ID))
	s, options := f.challenge("anna")
	f.refusesKey(s, usb.Answer(options), refusal.SecurityKeyUnknown)
	history, err := f.accounts.History(t.Context(), id, 0, 10)
	f.must(err)
	var made []string
	for _, e := range history {
		made = append(made, string(e.Event.Operation)+" "+string(e.Event.Factor.Kind))
	}
	want := "remove-factor security-key, add-factor totp, add-factor security-key, add-factor recovery-codes, add-factor security-key"
	if got := strings.Join(made, ", "); got != want {
		t.Errorf("got history %s, want %s", got, want)
	}
}

// refusesKey expects that the answer of a key is refused at a login, with a code that is on record for auditors.
func (f *fixture) refusesKey(s identity.Session, answer []byte, code refusal.Code) {
	f.t.Helper()
	f.clock.Advance(time.Millisecond) // records with a reason are told apart by their time
	_, err := f.ProveKey(f.t.Context(), s, source, answer)
	f.want(err, identity.ErrFactor)
	var refused *secondfactor.KeyRefusedError
	if !errors.As(err, &refused) || refused.Reason.Code != code {
		f.t.Errorf("got %v, want the refusal %s", err, code)
	}
	logins, err := accesslog.ListLogins(f.t.Context(), f.identity.Pools.Request, person.Actor{ID: "auditor", Role: person.Auditor}, s.Account, 0, 1)
	f.must(err)
	if len(logins) != 1 || logins[0].Kind != string(identity.LoginFailed) || logins[0].Reason != string(code) || logins[0].Address != address || logins[0].Count != 1 {
		f.t.Errorf("got on record %+v, want the failure with the reason %s", logins, code)
	}
}

// Every answer that is not that of a key of the account to this challenge at this site is refused and on record; the key goes on.
func TestAnswersOfSecurityKeysAreRefused(t *testing.T) {
	f := newFixture(t, func(c *identity.Config) { c.MaxFailures, c.KeyVerification = 1000, "required" })
	f.operator("anna")
	f.operator("bruno")
	key, others := keytest.New(t, site), keytest.New(t, site)
	f.addKey(f.login("anna"), key, "Chiave")
	f.addKey(f.login("bruno"), others, "Chiave")
	for name, c := range map[string]struct {
		lie  func(k *keytest.Key)
		want refusal.Code
	}{
		"challenge":          {func(k *keytest.Key) { k.Challenge = base64.RawURLEncoding.EncodeToString(make([]byte, 32)) }, refusal.SecurityKeyChallenge},
		"origin":             {func(k *keytest.Key) { k.Origin = "https://assistenza.example.com" }, refusal.SecurityKeyOrigin},
		"origin below":       {func(k *keytest.Key) { k.Origin = "https://finta.assistenza.example.it" }, refusal.SecurityKeyOrigin},
		"origin in clear":    {func(k *keytest.Key) { k.Origin = "http://assistenza.example.it" }, refusal.SecurityKeyOrigin},
		"origin's port":      {func(k *keytest.Key) { k.Origin = site + ":8443" }, refusal.SecurityKeyOrigin},
		"relying party":      {func(k *keytest.Key) { k.RelyingID = "example.it" }, refusal.SecurityKeyWrong},
		"account":            {func(k *keytest.Key) { k.Handle = others.Handle }, refusal.SecurityKeyWrong},
		"signature":          {func(k *keytest.Key) { k.ID = key.ID }, refusal.SecurityKeyWrong}, // of a key that is not the registered one
		"not verified":       {func(k *keytest.Key) { k.Unverified = true }, refusal.SecurityKeyWrong},
		"counter again":      {func(k *keytest.Key) { k.Counter-- }, refusal.SecurityKeyCounter},
		"counter back":       {func(k *keytest.Key) { k.Counter -= 5 }, refusal.SecurityKeyCounter},
		"counter back to 0":  {func(k *keytest.Key) { k.Counter, k.NoCounter = 0, true }, refusal.SecurityKeyCounter},
		"key of another":     {func(k *keytest.Key) { *k = *others }, refusal.SecurityKeyUnknown},
		"key of nobody":      {func(k *keytest.Key) { *k = *keytest.New(t, site) }, refusal.SecurityKeyUnknown},
		"handle of somebody": {func(k *keytest.Key) { *k = *others; k.ID, k.Handle = key.ID, key.Handle }, refusal.SecurityKeyWrong},
	} {
		s, options := f.challenge("anna")
		key.Counter += 10
		_, err := f.ProveKey(t.Context(), s, source, key.Answer(options))
		if err != nil {
			t.Fatalf("before %s: got %v, want the key to count", name, err)
		}
		lying := *key
		if name == "signature" {
			lying = *keytest.New(t, site)
			lying.Handle, lying.Counter = key.Handle, key.Counter
		}
		c.lie(&lying)
		s, options = f.challenge("anna")
		t.Log(name)
		f.refusesKey(s, lying.Answer(options), c.want)
		f.refusesKey(s, key.Answer(options), refusal.SecurityKeyChallenge) // the challenge took one answer
		if s, err := f.identity.Authenticate(t.Context(), s.Token); err != nil || s.Factor != identity.FactorDue {
			t.Errorf("%s: got session %+v, %v, want it to wait still", name, s, err)
		}
	}

	s, options := f.challenge("anna")
	answer := key.Answer(options)
	_, err := f.ProveKey(t.Context(), s, source, answer)
	f.must(err)
	f.refusesKey(s, answer, refusal.SecurityKeyChallenge)
	again := f.login("anna")
	f.refusesKey(again, answer, refusal.SecurityKeyChallenge) // there is none yet
	_, err = f.BeginProof(t.Context(), again)
	f.must(err)
	f.refusesKey(again, answer, refusal.SecurityKeyChallenge) // replayed

	s, earlier := f.challenge("anna")
	_, err = f.BeginProof(t.Context(), s)
	f.must(err)
	f.refusesKey(s, key.Answer(earlier), refusal.SecurityKeyChallenge)
	bruno, options := f.challenge("bruno")
	s, _ = f.challenge("anna")
	f.refusesKey(s, others.Answer(options), refusal.SecurityKeyUnknown) // the right answer in another login
	_, err = f.ProveKey(t.Context(), bruno, source, others.Answer(options))
	f.must(err)
	for _, broken := range []string{"", "{}", "null", "[]", `"x"`, string(answer[:len(answer)/2]), strings.Replace(string(answer), "signature", "signatur", 1)} {
		s, _ := f.challenge("anna")
		_, err := f.ProveKey(t.Context(), s, source, []byte(broken))
		f.want(err, identity.ErrFactor)
	}
}

// Of answers with one counter that come to two nodes at once one counts.
func TestAnswerOfASecurityKeyCountsOnce(t *testing.T) {
	f := newFixture(t)
	f.operator("anna")
	key := keytest.New(t, site)
	f.addKey(f.login("anna"), key, "Chiave")
	other := f.open(f.db.OpenNode(t, func(c *eventstore.Config) { c.Clock = f.clock.Now }))
	var passed atomic.Int32
	var all sync.WaitGroup
	for _, service := range []*secondfactor.Service{f.Service, other.Service, f.Service, other.Service} {
		s, options := f.challenge("anna")
		copied := *key // with the counter of the original
		answer := copied.Answer(options)
		all.Go(func() {
			_, err := service.ProveKey(context.Background(), s, source, answer)
			if err == nil {
				passed.Add(1)
			} else if !errors.Is(err, identity.ErrFactor) {
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
	if passed.Load() != 1 {
		t.Errorf("got %d sessions for one counter, want 1", passed.Load())
	}
}

// A new key counts when it has answered its challenge, at this site, in time, once, for its account.
func TestNewSecurityKeysAreRefused(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	id := f.operator("anna")
	f.operator("bruno")
	s := f.login("anna")
	_, err := f.BeginKey(ctx, s, source, accounts.Secrets{Password: "un’altra parola", PIN: pin}, "Chiave")
	f.wantInvalid(err, refusal.SecretsWrong)
	_, err = f.BeginKey(ctx, s, source, secrets, " ")
	f.wantInvalid(err, refusal.FactorName)
	for name, lie := range map[string]func(*keytest.Key){
		"challenge":     func(k *keytest.Key) { k.Challenge = base64.RawURLEncoding.EncodeToString(make([]byte, 32)) },
		"origin":        func(k *keytest.Key) { k.Origin = "https://assistenza.example.com" },
		"relying party": func(k *keytest.Key) { k.RelyingID = "example.com" },
	} {
		setup, err := f.BeginKey(ctx, s, source, secrets, "Chiave")
		f.must(err)
		lying := keytest.New(t, site)
		lie(lying)
		t.Log(name)
		_, err = f.ConfirmKey(ctx, s, setup.ID, lying.Register(setup.Options))
		f.wantInvalid(err, refusal.SecurityKeyNew)
		_, err = f.ConfirmKey(ctx, s, setup.ID, keytest.New(t, site).Register(setup.Options)) // the challenge took one answer
		f.want(err, identity.ErrNotFound)
	}
	setup, err := f.BeginKey(ctx, s, source, secrets, "Chiave")
	f.must(err)
	_, err = f.ConfirmKey(ctx, f.login("bruno"), setup.ID, keytest.New(t, site).Register(setup.Options))
	f.want(err, identity.ErrNotFound)
	f.clock.Advance(11 * time.Minute)
	_, err = f.ConfirmKey(ctx, s, setup.ID, keytest.New(t, site).Register(setup.Options))
	f.wantInvalid(err, refusal.SecurityKeyNew)
	if o, err := f.List(ctx, id); err != nil || len(o.Factors) != 0 || f.login("anna").Factor != identity.NoFactor {
		t.Errorf("got %+v, %v, want no factor", o, err)
	}

	key := keytest.New(t, site)
	added := f.addKey(s, key, "Chiave")
	setup, err = f.BeginKey(ctx, added.Session, source, secrets, "Ancora")
	f.must(err)
	if !strings.Contains(string(setup.Options), base64.RawURLEncoding.EncodeToString(key.ID)) {
		t.Errorf("got options %s, want them to leave out the key that is registered", setup.Options)
	}
	_, err = f.ConfirmKey(ctx, added.Session, setup.ID, key.Register(setup.Options))
	f.wantInvalid(err, refusal.SecurityKeyNew)
	waiting := f.login("anna")
	_, err = f.BeginKey(ctx, waiting, source, secrets, "Prima del secondo fattore")
	f.want(err, identity.ErrFactorDue)
	_, err = f.ConfirmKey(ctx, waiting, setup.ID, nil)
	f.want(err, identity.ErrFactorDue)
	_, err = f.BeginProof(ctx, added.Session)
	f.want(err, identity.ErrNoSession) // it waits for nothing
}

// Keys are stored sealed, bound to their rows, and hold nothing about their person; the login of requests cannot read them. An administrator
// removes them with all other factors.
func TestSecurityKeysAreSealed(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	anna, bruno := f.operator("anna"), f.operator("bruno")
	key := keytest.New(t, site)
	added := f.addKey(f.login("anna"), key, "Chiave")
	f.addKey(f.login("bruno"), keytest.New(t, site), "Chiave")
	var rows string
	f.must(f.identity.Pools.Session.QueryRow(ctx, `select string_agg(f::text, ' ') from identity.factors f`).Scan(&rows))
	for _, hidden := range []string{hex.EncodeToString(key.ID), base64.StdEncoding.EncodeToString(key.ID)[:20], hex.EncodeToString([]byte("anna"))} {
		if strings.Contains(rows, hidden) {
			t.Errorf("got %s in the database", hidden)
		}
	}
	for _, table := range []string{"factors", "recovery_codes", "sessions"} {
		err := f.identity.Pools.Request.InTx(ctx, ticketlog.ReaderOf(person.Actor{ID: anna, Role: person.Auditor}), "test", pgx.TxOptions{}, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `select from identity.`+table)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("the login of requests reads %s: %v", table, err)
		}
	}

	_, err := f.identity.Pools.Session.Exec(ctx, `update identity.factors f set sealed = a.sealed from identity.factors a where f.account = $1 and a.account = $2`, bruno, anna)
	f.must(err)
	if _, err := f.BeginProof(ctx, f.login("bruno")); !errors.Is(err, identity.ErrNotFound) {
		t.Errorf("got %v, want the key of another row to count for nothing", err)
	}

	_, err = f.accounts.Change(ctx, person.Actor{ID: "r1", Role: person.Administrator}, accounts.Request{Change: account.Change{Operation: account.ResetFactors, Account: anna}})
	f.must(err)
	_, err = f.identity.Authenticate(ctx, added.Session.Token)
	f.want(err, identity.ErrNoSession)
	if s := f.login("anna"); s.Factor != identity.NoFactor {
		t.Errorf("got %s, want none", s.Factor)
	}
}

// Browsers make security keys for https and a host name, and for localhost.
func TestSecurityKeysNeedAnAddress(t *testing.T) {
	f := newFixture(t)
	f.operator("anna")
	for url, origin := range map[string]string{
		"https://assistenza.example.it": "https://assistenza.example.it", "https://Assistenza.example.it:443": "https://assistenza.example.it",
		"https://example.it:8443/base": "https://example.it:8443", "http://localhost:8080": "http://localhost:8080", "http://localhost:80": "http://localhost",
		"http://assistenza.example.it": "", "http://127.0.0.1:8080": "", "https://192.0.2.1": "", "https://[2001:db8::1]": "", "http://localhost.example.it": "", "/": "", "": "",
	} {
		s, err := secondfactor.New(secondfactor.Config{Identity: f.identity, Accounts: f.accounts, Keys: f.db.Store.Keyring(), PublicURL: url})
		f.must(err)
		setup, err := s.BeginKey(t.Context(), f.login("anna"), source, secrets, "Chiave")
		if origin == "" {
			if s.CanHaveKeys() {
				t.Errorf("%q: got keys, want none", url)
			}
			f.wantInvalid(err, refusal.SecurityKeyAddress)
			continue
		}
		f.must(err)
		session := f.login("anna")
		added, err := s.ConfirmKey(t.Context(), session, setup.ID, keytest.New(t, origin).Register(setup.Options))
		if err != nil || !s.CanHaveKeys() {
			t.Errorf("%q: got %v, want a key for %s", url, err, origin)
			continue
		}
		f.must(s.Remove(t.Context(), added.Session, source, secrets, setup.ID))
	}
	i := *f.identity
	i.KeyVerification = "perhaps"
	if _, err := secondfactor.New(secondfactor.Config{Identity: &i, Accounts: f.accounts, Keys: f.db.Store.Keyring(), PublicURL: site}); err == nil {
		t.Error("got no error for an unknown verification")
	}
}
