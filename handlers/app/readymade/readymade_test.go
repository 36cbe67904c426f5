// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package readymade_test

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/handlers/app/readymade"
)

func TestDefaultTextsFitTheCatalog(t *testing.T) {
	texts, known := readymade.Default(), catalog.Default()
	for _, s := range known.Services() {
		for _, p := range s.Problems {
			for _, c := range texts.ForTicket("010301", s.ID, p.ID) {
				filled := c.Fill(readymade.Values{Number: "2026-1", GivenName: "Maria", FamilyName: "Finzione", Service: s.Label, Problem: p.Label, Entity: "ASL"})
				if strings.ContainsAny(filled, "{}") {
					t.Errorf("%s for %s/%s: got %q, want no placeholder", c.ID, s.ID, p.ID, filled)
				}
				for _, service := range c.Services {
					if _, ok := known.Service(service); !ok {
						t.Errorf("%s: the catalog has no service %s", c.ID, service)
					}
				}
			}
		}
	}
}

func TestForTicketFiltersByEntityServiceAndProblem(t *testing.T) {
	texts, err := readymade.Load([]byte(`{"texts": [
		{"id": "all", "title": "t", "text": "{numero}", "visibility": "public"},
		{"id": "there", "title": "t", "text": "x", "visibility": "internal", "entities": ["010208"], "services": ["s"], "problems": ["p"]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		entity, service, problem string
		want                     int
	}{{"010208", "s", "p", 2}, {"010301", "s", "p", 1}, {"010208", "other", "p", 1}, {"010208", "s", "other", 1}} {
		if got := texts.ForTicket(catalog.EntityCode(c.entity), catalog.ServiceID(c.service), catalog.ProblemID(c.problem)); len(got) != c.want {
			t.Errorf("%+v: got %v, want %d texts", c, got, c.want)
		}
	}
}

func TestLoadRefusesInvalidFiles(t *testing.T) {
	for name, file := range map[string]string{
		"no text":              `{"texts": [{"id": "a", "title": "t", "text": " ", "visibility": "public"}]}`,
		"unknown visibility":   `{"texts": [{"id": "a", "title": "t", "text": "x", "visibility": "open"}]}`,
		"unknown field":        `{"texts": [{"id": "a", "titel": "t", "text": "x", "visibility": "public"}]}`,
		"unknown placeholder":  `{"texts": [{"id": "a", "title": "t", "text": "{nme}", "visibility": "public"}]}`,
		"status chiuso":        `{"texts": [{"id": "a", "title": "t", "text": "x", "visibility": "public", "status": "chiuso"}]}`,
		"internal with status": `{"texts": [{"id": "a", "title": "t", "text": "x", "visibility": "internal", "status": "risolto"}]}`,
		"duplicate id":         `{"texts": [{"id": "a", "title": "t", "text": "x", "visibility": "public"}, {"id": "a", "title": "t", "text": "x", "visibility": "public"}]}`,
	} {
		if _, err := readymade.Load([]byte(file)); err == nil {
			t.Errorf("%s: got no error, want one", name)
		}
	}
}
