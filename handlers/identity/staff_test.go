// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/identity"
)

func TestListStaffExcludesCitizens(t *testing.T) {
	h := newFixture(t)
	citizen := person.Actor{Role: person.Citizen}
	h.account("anna", person.Actor{Role: person.ASROperator, Entity: torino})
	bruno := h.account("bruno", person.Actor{Role: person.ASROperator, Entity: novara})
	h.account("carla", citizen)
	h.account("dario")
	h.account("elsa", citizen, person.Actor{Role: person.Auditor})
	if err := h.EndPlacement(t.Context(), bruno, person.ASROperator, novara); err != nil {
		t.Fatal(err)
	}
	for want, f := range map[string]identity.StaffFilter{
		"anna bruno dario elsa": {Limit: 10},
		"anna":                  {Q: " prova ANNA", Limit: 10},
		"bruno":                 {Entity: novara, Limit: 10},
		"dario":                 {Q: "dar", Limit: 10},
		"dario elsa":            {After: "bruno", Limit: 10},
		"anna bruno":            {Limit: 2},
		"":                      {Q: "%", Limit: 10},
	} {
		all, err := h.ListStaff(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, a := range all {
			names = append(names, a.Username)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%+v: got %q, want %q", f, got, want)
		}
	}
	if a, err := h.Account(t.Context(), bruno); err != nil || a.Username != "bruno" || len(a.Placements) != 1 || a.Placements[0].ValidTo == nil {
		t.Errorf("got account %+v, %v, want bruno with one ended placement", a, err)
	}
	for _, id := range []string{"bruno", "01930000-0000-7000-8000-000000000001"} {
		if _, err := h.Account(t.Context(), id); !errors.Is(err, identity.ErrNotFound) {
			t.Errorf("%s: got %v, want ErrNotFound", id, err)
		}
	}
	if accounts, placements, err := h.CountStaff(t.Context()); err != nil || accounts != 2 || placements != 2 {
		t.Errorf("got %d accounts, %d placements, %v, want 2 and 2", accounts, placements, err)
	}
}

func TestGeneratedSecretsAreAccepted(t *testing.T) {
	h := newFixture(t)
	id := h.account("anna", person.Actor{Role: person.Auditor})
	newPassword, newPIN, err := identity.GenerateSecrets()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.SetPassword(t.Context(), id, newPassword, newPIN); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Login(t.Context(), "anna", newPassword, newPIN, "192.0.2.7"); err != nil {
		t.Error(err)
	}
}
