// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket_test

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	. "github.com/sol-assistenza/sol/domain/ticket"
)

func form() Open {
	return Open{
		Number: "2026-0000001", Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: torino, Channel: Web,
		Identity: Declared, Subject: "s1", Requester: ForSelf,
		Form: Form{GivenName: "Prova", FamilyName: "Fittizia", TaxCode: "rssmra85t10a562s", Email: "prova@example.it",
			Phone: "+39 011 0000000", Description: "Non trovo il referto"},
	}
}

func with(change func(*Open)) Open {
	c := form()
	change(&c)
	return c
}

func TestOpen(t *testing.T) {
	nobody := person.Actor{Role: person.Anonymous}
	file := Attachment{ID: "f", MediaType: "application/pdf", Size: 10, SHA256: "00"}
	for name, c := range map[string]struct {
		when Open
		by   person.Actor
		then verdict
	}{
		"no codice fiscale":            {with(func(o *Open) { o.Form.TaxCode = "" }), nobody, wrong("requester.tax_code")},
		"wrong check character":        {with(func(o *Open) { o.Form.TaxCode = "RSSMRA80A01H501V" }), nobody, wrong("requester.tax_code")},
		"no e-mail":                    {with(func(o *Open) { o.Form.Email = "x" }), nobody, wrong("requester.email")},
		"no telephone":                 {with(func(o *Open) { o.Form.Phone = "12" }), nobody, wrong("requester.phone")},
		"no description":               {with(func(o *Open) { o.Form.Description = " \n" }), nobody, wrong("description")},
		"a description without end":    {with(func(o *Open) { o.Form.Description = strings.Repeat("a", 20_001) }), nobody, wrong("description")},
		"NUL in a name":                {with(func(o *Open) { o.Form.GivenName = "a\x00b" }), nobody, wrong("requester.given_name")},
		"NUL in the IUV":               {with(func(o *Open) { o.Form.IUV = "3\x00" }), nobody, wrong("iuv")},
		"no text in whom it is about":  {with(func(o *Open) { o.Form.Concerns = "\xff" }), nobody, wrong("requester.on_behalf_of")},
		"NUL in a file's name":         {with(func(o *Open) { o.Attachments, o.Form.FileNames = []Attachment{file}, []string{"a\x00.pdf"} }), nobody, wrong("attachments[0].name")},
		"unknown service":              {with(func(o *Open) { o.Service = "x" }), nobody, wrong("service")},
		"another service's problem":    {with(func(o *Open) { o.Problem = "accesso-facilitato" }), nobody, wrong("problem")},
		"a problem for operators":      {with(func(o *Open) { o.Problem = "invio-fallito" }), nobody, wrong("problem")},
		"unknown entity":               {with(func(o *Open) { o.Entity = "000000" }), nobody, wrong("entity")},
		"the Region is no ASR":         {with(func(o *Open) { o.Entity = catalog.Region }), nobody, wrong("entity")},
		"unknown requester":            {with(func(o *Open) { o.Requester = "amico" }), nobody, wrong("requester.role")},
		"a citizen in operators' form": {with(func(o *Open) { o.Service, o.Problem = OperatorsForm, "altro" }), nobody, wrong("requester.role")},
		"an executable":                {with(func(o *Open) { o.Attachments, o.Form.FileNames = []Attachment{file}, []string{"a.exe"} }), nobody, wrong("attachments[0].name")},
		"six files": {with(func(o *Open) {
			o.Attachments, o.Form.FileNames = []Attachment{file, file, file, file, file, file}, []string{"1.pdf", "2.pdf", "3.pdf", "4.pdf", "5.pdf", "6.pdf"}
		}), nobody, wrong("attachments")},
		"everything at once": {Open{}, nobody, wrong("service", "entity", "requester.role", "requester.given_name",
			"requester.family_name", "requester.tax_code", "requester.email", "requester.phone", "description")},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := rules.Decide(State{}, c.when, c.by, noon)
			c.then(t, events, err)
		})
	}
}

func TestOpenNormalisesWhatWasTyped(t *testing.T) {
	events, err := rules.Decide(State{}, form(), person.Actor{Role: person.Anonymous}, noon)
	if err != nil {
		t.Fatal(err)
	}
	o := events[0].(Opened)
	if o.Personal.TaxCode != "RSSMRA85T10A562S" || o.Status != New || o.Entity != torino {
		t.Fatalf("opened %+v with %+v", o, o.Personal)
	}
}

func TestOperatorsFormGoesToTheRegion(t *testing.T) {
	events, err := rules.Decide(State{}, with(func(o *Open) { o.Service, o.Problem, o.Requester = OperatorsForm, "altro", AsOperator }),
		person.Actor{Role: person.Anonymous}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if o := events[0].(Opened); o.Entity != catalog.Region || o.Chosen != torino {
		t.Fatalf("competent %s, chosen %s", o.Entity, o.Chosen)
	}
}

// TestGoingOnKeepsWhatItWasAbout: the citizen did not choose a problem that only operators name, and may go on with it.
func TestGoingOnKeepsWhatItWasAbout(t *testing.T) {
	events, err := rules.Decide(State{}, with(func(o *Open) { o.Problem, o.Continues, o.Entity = "invio-fallito", id, catalog.Region }), citizen, noon)
	if err != nil {
		t.Fatal(err)
	}
	if o := events[0].(Opened); o.Problem != "invio-fallito" || o.Continues != id {
		t.Fatalf("opened %+v", o)
	}
}

func TestOpenTwiceIsRefused(t *testing.T) {
	events, err := rules.Decide(given(opened()), form(), citizen, noon)
	notAllowed(MoveOpen, New)(t, events, err)
}
