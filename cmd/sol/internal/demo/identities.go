// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/rolemapping"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
	"github.com/sol-assistenza/sol/handlers/identity/oidc"
	"github.com/sol-assistenza/sol/handlers/identity/oidc/simulator"
)

// Names of the providers of the demo, which are also the ids of their clients.
const (
	demoCitizens = "spid-demo"
	demoStaff    = "rupar-demo"
)

// newIdentityProvider returns a simulated identity provider that answers at a listener, and its two entries of the configuration.
func newIdentityProvider(listener net.Listener, people []Person) (*simulator.Provider, []idp.Provider, error) {
	issuer := "http://" + listener.Addr().String()
	p, err := simulator.New(simulator.Config{Issuer: issuer, Title: "Servizio di identità simulato", People: simulatedPersons(people)})
	if err != nil {
		return nil, nil, err
	}
	settings := func(id string) json.RawMessage {
		text, err := json.Marshal(oidc.Settings{Issuer: issuer, ClientID: id})
		if err != nil {
			panic(err) // cannot happen: texts
		}
		return text
	}
	const groups = "groups"
	return p, []idp.Provider{
		{Name: demoStaff, Label: "credenziali RUPAR (dimostrazione)", Audience: idp.ForStaff, OIDC: settings(demoStaff), Mapping: rolemapping.Mapping{
			{Claim: groups, Value: "sol-torino", Role: person.ASROperator, Entity: withAgreements},
			{Claim: groups, Value: "sol-torino-supervisori", Role: person.ASRSupervisor, Entity: withAgreements},
			{Claim: groups, Value: "sol-regione", Role: person.RegionalOperator, Entity: catalog.Region},
		}},
		{Name: demoCitizens, Label: "SPID o CIE (dimostrazione)", Audience: idp.ForCitizens, OIDC: settings(demoCitizens)},
	}, nil
}

// isSimulated reports whether a provider is one of the simulated ones, by its name.
func isSimulated(p idp.Provider) bool { return p.Name == demoStaff || p.Name == demoCitizens }

// simulatedPersons returns the persons of the simulated provider: citizens of the demo, and staff that nobody enrolled.
func simulatedPersons(people []Person) []simulator.Person {
	const level = "https://www.spid.gov.it/SpidL"
	staff := func(subject, given, family string, groups ...string) simulator.Person {
		return simulator.Person{Client: demoStaff, Subject: subject, Label: given + " " + family, ACR: level + "2", Claims: map[string]any{"given_name": given, "family_name": family, "groups": groups}}
	}
	all := []simulator.Person{
		staff("rupar-1", "Ortica", "Simulata", "sol-torino"), staff("rupar-2", "Salvia", "Simulata", "sol-torino-supervisori", "sol-regione"), staff("rupar-3", "Timo", "Non Abilitato", "altro-servizio"),
	}
	for _, p := range people {
		if p.TaxCode == "" {
			continue
		}
		claims := map[string]any{"given_name": p.GivenName, "family_name": p.FamilyName, "https://attributes.eid.gov.it/fiscal_number": "TINIT-" + p.TaxCode}
		for _, l := range []string{"2", "1"} {
			all = append(all, simulator.Person{
				Client: demoCitizens, Subject: p.Username + "-" + l, Label: p.GivenName + " " + p.FamilyName + ", SPID di livello " + l, ACR: level + l, Claims: claims,
			})
		}
	}
	return all
}

// ConnectIdentities tells the simulated provider at which address the service is, and puts the mappings of its claims in force: both administrators
// of the demo confirm them.
func (b *Backends) ConnectIdentities(ctx context.Context, publicURL string, s *app.Service) error {
	if b.identities == nil {
		return nil
	}
	for _, p := range s.Identity.Providers {
		b.identities.Register(simulator.Client{
			ID: p.Name, ReturnURL: publicURL + oidc.ReturnPath(p.Name), LoggedOutURL: publicURL + oidc.LoggedOutPath, BackChannelURL: publicURL + oidc.BackChannelPath(p.Name),
		})
	}
	state, err := s.Accounts.Mappings.State(ctx)
	if err != nil {
		return err
	}
	all, err := s.Identity.Administrators(ctx)
	if err != nil {
		return err
	}
	for _, p := range s.Identity.Providers {
		if !isSimulated(p) || slices.Equal(state.InForce[p.Name], p.Mapping) {
			continue
		}
		for _, a := range all[:min(2, len(all))] {
			_, err := s.Accounts.Mappings.Confirm(ctx, person.Actor{ID: a.Account, Role: person.Administrator}, p)
			var refused *rolemapping.RefusedError
			if err != nil && !errors.As(err, &refused) {
				return fmt.Errorf("mapping of the simulated identity provider: %w", err)
			}
		}
	}
	return nil
}
