// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package secondfactor

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/handlers/identity/secondfactor/keytest"
)

// FuzzKeyAnswer reads answers of security keys: to the registration of a key, and to a login with one. A login that is accepted names the
// registered key and the challenge that was given.
func FuzzKeyAnswer(f *testing.F) {
	const address = "https://assistenza.example.it"
	party, err := newRelyingParty(address, "")
	if err != nil {
		f.Fatal(err)
	}
	must := func(v any, err error) []byte {
		f.Helper()
		if err != nil {
			f.Fatal(err)
		}
		options, err := json.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		return options
	}
	key, owner := keytest.New(f, address), keyOwner{id: uuid.New(), username: "mela.prova"}
	creation, registration, err := party.BeginRegistration(owner)
	registered := key.Register(must(creation, err))
	parsed, err := protocol.ParseCredentialCreationResponseBytes(registered)
	if err != nil {
		f.Fatal(err)
	}
	made, err := party.CreateCredential(owner, *registration, parsed)
	if err != nil {
		f.Fatal(err)
	}
	secret, err := newSecurityKey(made)
	if err != nil {
		f.Fatal(err)
	}
	if owner, err = newKeyOwner(owner.id.String(), owner.username, []stored{{secret: secret}}); err != nil {
		f.Fatal(err)
	}
	assertion, login, err := party.BeginLogin(owner)
	answered := key.Answer(must(assertion, err))
	for _, seed := range [][]byte{registered, answered, []byte(`{}`), []byte(`null`), []byte(`{"id":"","response":{}}`), answered[:len(answered)/2]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		if parsed, err := protocol.ParseCredentialCreationResponseBytes(answer); err == nil {
			_, _ = party.CreateCredential(owner, *registration, parsed) // whatever it says, it does not panic
		}
		parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
		if err != nil {
			return
		}
		used, err := party.ValidateLogin(owner, *login, parsed)
		if err == nil && (!bytes.Equal(used.ID, made.ID) || parsed.Response.CollectedClientData.Challenge != login.Challenge) {
			t.Errorf("%s: accepted, want the key and the challenge of the login", answer)
		}
	})
}
