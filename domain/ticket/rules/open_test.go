// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	. "github.com/sol-assistenza/sol/domain/ticket"
)

// validForm returns a valid command to open a ticket.
func validForm() Open {
	return Open{
		Number: "2026-0000001", Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: torino, Channel: ChannelWeb,
		Identity: Declared, Person: "p1", Requester: ForSelf,
		Form: Form{GivenName: "Prova", FamilyName: "Fittizia", TaxCode: "rssmra85t10a562s", Email: "prova@example.it",
			Phone: "+39 011 0000000", Description: "Non trovo il referto"},
	}
}

// formWith returns the valid command with a change.
func formWith(change func(*Open)) Open {
	c := validForm()
	change(&c)
	return c
}

func TestOpenChecksForm(t *testing.T) {
	nobody := person.Actor{Role: person.Anonymous}
	file := Attachment{ID: "f", MediaType: "application/pdf", Size: 10, SHA256: "00"}
	for name, c := range map[string]struct {
		when Open
		by   person.Actor
		then expectation
	}{
		"tax code is missing": {
			formWith(func(o *Open) { o.Form.TaxCode = "" }),
			nobody,
			invalidFields("requester.tax_code"),
		},
		"tax code has a wrong check character": {
			formWith(func(o *Open) { o.Form.TaxCode = "RSSMRA80A01H501V" }),
			nobody,
			invalidFields("requester.tax_code"),
		},
		"e-mail address is invalid": {
			formWith(func(o *Open) { o.Form.Email = "x" }),
			nobody,
			invalidFields("requester.email"),
		},
		"telephone number is too short": {
			formWith(func(o *Open) { o.Form.Phone = "12" }),
			nobody,
			invalidFields("requester.phone"),
		},
		"description is blank": {
			formWith(func(o *Open) { o.Form.Description = " \n" }),
			nobody,
			invalidFields("description"),
		},
		"description is too long": {
			formWith(func(o *Open) { o.Form.Description = strings.Repeat("a", 20_001) }),
			nobody,
			invalidFields("description"),
		},
		"NUL in a name": {
			formWith(func(o *Open) { o.Form.GivenName = "a\x00b" }),
			nobody,
			invalidFields("requester.given_name"),
		},
		"NUL in the IUV": {formWith(func(o *Open) { o.Form.IUV = "3\x00" }), nobody, invalidFields("iuv")},
		"the person concerned is not UTF-8": {
			formWith(func(o *Open) { o.Form.OnBehalfOf = "\xff" }),
			nobody,
			invalidFields("requester.on_behalf_of"),
		},
		"NUL in a file name": {
			formWith(func(o *Open) { o.Attachments, o.Form.FileNames = []Attachment{file}, []string{"a\x00.pdf"} }),
			nobody,
			invalidFields("attachments[0].name"),
		},
		"unknown service": {formWith(func(o *Open) { o.Service = "x" }), nobody, invalidFields("service")},
		"problem of another service": {
			formWith(func(o *Open) { o.Problem = "accesso-facilitato" }),
			nobody,
			invalidFields("problem"),
		},
		"problem for operators only": {
			formWith(func(o *Open) { o.Problem = "invio-fallito" }),
			nobody,
			invalidFields("problem"),
		},
		"unknown entity": {formWith(func(o *Open) { o.Entity = "000000" }), nobody, invalidFields("entity")},
		"the Region instead of an ASR": {
			formWith(func(o *Open) { o.Entity = catalog.Region }),
			nobody,
			invalidFields("entity"),
		},
		"unknown requester role": {
			formWith(func(o *Open) { o.Requester = "amico" }),
			nobody,
			invalidFields("requester.role"),
		},
		"a citizen in the operators' form": {
			formWith(func(o *Open) { o.Service, o.Problem = OperatorsForm, "altro" }),
			nobody,
			invalidFields("requester.role"),
		},
		"file type that is not accepted": {
			formWith(func(o *Open) { o.Attachments, o.Form.FileNames = []Attachment{file}, []string{"a.exe"} }),
			nobody,
			invalidFields("attachments[0].name"),
		},
		"six files": {
			formWith(func(o *Open) {
				o.Attachments = []Attachment{file, file, file, file, file, file}
				o.Form.FileNames = []string{"1.pdf", "2.pdf", "3.pdf", "4.pdf", "5.pdf", "6.pdf"}
			}),
			nobody,
			invalidFields("attachments"),
		},
		"all wrong fields are named at once": {
			Open{},
			nobody,
			invalidFields("service", "entity", "requester.role", "requester.given_name",
				"requester.family_name", "requester.tax_code", "requester.email", "requester.phone", "description"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := engine.Decide(State{}, c.when, c.by, noon)
			c.then(t, events, err)
		})
	}
}

func TestOpenNormalisesTaxCode(t *testing.T) {
	events, err := engine.Decide(State{}, validForm(), person.Actor{Role: person.Anonymous}, noon)
	if err != nil {
		t.Fatal(err)
	}
	o := events[0].(Opened)
	if o.Personal.TaxCode != "RSSMRA85T10A562S" || o.Status != StatusNew || o.Entity != torino {
		t.Fatalf("got %+v with %+v, want the tax code in upper case, a new ticket and %s", o, o.Personal, torino)
	}
}

func TestOperatorsFormGoesToTheRegion(t *testing.T) {
	events, err := engine.Decide(State{}, formWith(func(o *Open) { o.Service, o.Problem, o.Requester = OperatorsForm, "altro", AsOperator }),
		person.Actor{Role: person.Anonymous}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if o := events[0].(Opened); o.Entity != catalog.Region || o.ChosenEntity != torino {
		t.Fatalf("got competent entity %s and chosen entity %s, want %s and %s", o.Entity, o.ChosenEntity, catalog.Region, torino)
	}
}

// TestLinkedTicketKeepsClassification checks that a linked ticket keeps a problem that a citizen may not choose.
func TestLinkedTicketKeepsClassification(t *testing.T) {
	linked := formWith(func(o *Open) { o.Problem, o.LinkedTo, o.Entity = "invio-fallito", id, catalog.Region })
	events, err := engine.Decide(State{}, linked, citizen, noon)
	if err != nil {
		t.Fatal(err)
	}
	if o := events[0].(Opened); o.Problem != "invio-fallito" || o.LinkedTo != id {
		t.Fatalf("got problem %s linked to %s, want invio-fallito linked to %s", o.Problem, o.LinkedTo, id)
	}
}

func TestOpenTwiceIsRefused(t *testing.T) {
	events, err := engine.Decide(given(opened()), validForm(), citizen, noon)
	notAllowed(MoveOpen, StatusNew)(t, events, err)
}
