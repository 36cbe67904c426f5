// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app/keyrecords"
)

// TestKeysAndTheirUsesAreShown renews, ends and destroys keys. The page shows auditors and administrators who did it and how long each version is
// accepted; the database alone keeps it from everybody else.
func TestKeysAndTheirUsesAreShown(t *testing.T) {
	w := newSystem(t)
	rita, ada := w.login("rita", person.Auditor, ""), w.login("ada", person.Administrator, "")
	record := func(who, act, key string) {
		t.Helper()
		if _, err := w.Store.Pools().Consumer.Exec(t.Context(), `
			insert into security.key_uses (act, key, person, machine, address, command) values ($1, $2, 'os:' || $3, 'gestione-1', '', 'sol keys')`, act, key, who); err != nil {
			t.Fatal(err)
		}
	}
	rita.open("/revisione").openLink("Chiavi").want(http.StatusOK).shows("Nessuno ha usato le chiavi", "Collegamenti personali", "in uso", "Chiave principale").doesNotShow("distrutta")
	keys := w.Store.Keyring()
	record("rinnova", "key.hash-renewed", "personal-link")
	if _, err := keys.Renew(t.Context(), "personal-link", time.Now().Add(30*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	record("rinnova", "key.hash-renewed", "login")
	if _, err := keys.Renew(t.Context(), "login", time.Time{}); err != nil {
		t.Fatal(err)
	}
	rita.open("/revisione/chiavi").shows("si accetta ancora", "os:rinnova", "Rinnovata", "gestione-1")
	record("chiude", "key.hash-ended", "personal-link 1")
	if err := keys.End(t.Context(), "personal-link", 1, time.Now()); err != nil {
		t.Fatal(err)
	}
	record("distrugge", "key.hash-destroyed", "login 1")
	if err := keys.Destroy(t.Context(), "login", 1); err != nil {
		t.Fatal(err)
	}
	ada.open("/amministrazione").openLink("Chiavi di cifratura").want(http.StatusOK).
		shows("non vale più", "distrutta", "os:chiude", "os:distrugge", "Limiti degli accessi, versione 1")

	reader := keyrecords.Reader{Requests: w.Store.Pools().Request}
	all, err := reader.Versions(t.Context(), person.Actor{Role: person.Auditor})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]keyrecords.Version{}
	for _, v := range all {
		if v.Number == 1 {
			found[v.Purpose] = v
		} else if !v.InUse || v.MadeBy != "os:rinnova" {
			t.Errorf("got %+v, want version 2 in use, made by who renewed it", v)
		}
	}
	if v := found["personal-link"]; v.InUse || v.EndedBy != "os:chiude" || v.MadeBy != "" || !v.Ended {
		t.Errorf("got %+v, want an ended version that a node made", v)
	}
	if v := found["login"]; v.InUse || v.DestroyedBy != "os:distrugge" || v.EndedBy != "" {
		t.Errorf("got %+v, want a destroyed version", v)
	}
	for _, by := range []person.Actor{{Role: person.Auditor, Entity: torino}, {Role: person.ASRSupervisor, Entity: torino}, {Role: person.Citizen}, {Role: person.Administrator}, {Role: person.Anonymous}, {}} {
		if all, err := reader.Versions(t.Context(), by); err == nil && len(all) > 0 {
			t.Errorf("%+v: got %d versions, want none", by, len(all))
		}
		if all, err := reader.Uses(t.Context(), by, 0, 10); err == nil && len(all) > 0 {
			t.Errorf("%+v: got %d uses, want none", by, len(all))
		}
	}
}
