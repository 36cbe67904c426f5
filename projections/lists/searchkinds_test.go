// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// searched are the tickets of the search tests, by a short name.
var searched = []struct {
	name string
	form ticket.Form
}{
	{"dangelo", ticket.Form{GivenName: "Nicolò", FamilyName: "D'Angelo", TaxCode: "RSSMRA85T10A562S", Email: "nicolo.dangelo@posta.example.it", Phone: "+39 333 7654321", Description: "Non trovo il referto"}},
	{"dalla", ticket.Form{GivenName: "Lucio", FamilyName: "Dalla", TaxCode: "MRTMTT25D09F205Z", Email: "lucio@musica.example.org", Phone: "011 1234567", Description: "La ricetta dalla farmacia non arriva"}},
	{"muller", ticket.Form{GivenName: "Jürgen", FamilyName: "Müller", TaxCode: "RSSMRA85T10A562S", Email: "jm@example.de", Phone: "+49 30 1234567", Description: "Il pagamento è già stato fatto"}},
	{"ferrero", ticket.Form{
		GivenName: "Giovanna", FamilyName: "Ferrero-Brusasca", TaxCode: "STP0103011234567", Email: "ferrero_g@posta.example.it", Phone: "0039 011-9876543",
		IUV: "01234567890123456", Description: "In allegato la ricevuta: perché non è scaricabile?", FileNames: []string{"ricevuta_pagopa_marzo.pdf"},
	}},
	{"mueller", ticket.Form{GivenName: "Anna Maria", FamilyName: "De Mueller", TaxCode: "RSSMRA85T10A562S", Email: "am@example.ch", Phone: "340 1112223 int. 7", IUV: "302000123456789012", Description: "Codice 45-B"}},
}

// searches are searches and the tickets that they find, by name.
var searches = []struct {
	kind, q string
	found   string
}{
	{"number, whole", "2026-0000001", "dangelo"},
	{"number, its beginning", "2026-000000", "dangelo dalla muller ferrero mueller"},
	{"number, with a mark", "n. 2026-0000002", "dalla"},
	{"number, with a mark", "N° 2026-0000002", "dalla"},
	{"number, with a mark", "#2026-0000002", "dalla"},
	{"number, with a mark", "numero 2026-2", "dalla"},
	{"number, with a typographic hyphen", "2026–0000003", "muller"},
	{"number, with blanks around", "  2026-0000003 ", "muller"},
	{"number, without its year", "0000004", "ferrero"},
	{"number, its last digits", "004", "ferrero"},
	{"number, its last digits", "0005", "mueller"},
	{"number, short with a mark", "n. 5", "mueller"},
	{"number, of nobody", "2026-0000009", ""},
	{"number, two last digits are too few", "04", ""},
	{"name", "Dalla", "dalla"},
	{"name", "dalla", "dalla"},
	{"name, its beginning", "Ferr", "ferrero"},
	{"name, its beginning", "fe", "ferrero"},
	{"names in any order", "Dall Luc", "dalla"},
	{"names in any order", "luc dall", "dalla"},
	{"names in any order", "Lucio Dalla", "dalla"},
	{"names of two people", "Lucio Ferrero", ""},
	{"double name", "Ferrero Brusasca", "ferrero"},
	{"double name", "brusasca", "ferrero"},
	{"double name", "Ferrero-Brusasca", "ferrero"},
	{"double name", "ferrerobrusasca", "ferrero"},
	{"double name", "Ferrero‑Brus", "ferrero"},
	{"apostrophe", "D'Angelo", "dangelo"},
	{"apostrophe", "d’angelo", "dangelo"},
	{"apostrophe", "D`Ang", "dangelo"},
	{"apostrophe", "dangelo", "dangelo"},
	{"apostrophe", "d angelo", "dangelo"},
	{"apostrophe", "angelo", "dangelo"},
	{"accent", "Nicolo", "dangelo"},
	{"accent", "NICOLÒ", "dangelo"},
	{"accent, taken apart", "nicolo\u0300", "dangelo"},
	{"accent as an apostrophe", "nicolo'", "dangelo"},
	{"umlaut", "Müller", "muller mueller"},
	{"umlaut", "Muller", "muller mueller"},
	{"umlaut", "MUELLER", "muller mueller"},
	{"umlaut", "jurg", "muller"},
	{"two given names", "anna maria", "mueller"},
	{"two given names", "annamaria", "mueller"},
	{"a particle", "demueller", "mueller"},
	{"telephone", "3337654321", "dangelo"},
	{"telephone", "333 7654321", "dangelo"},
	{"telephone", "333 765 43 21", "dangelo"},
	{"telephone", "333.765.4321", "dangelo"},
	{"telephone", "333-7654321", "dangelo"},
	{"telephone", "(333) 7654321", "dangelo"},
	{"telephone", "+39 333 7654321", "dangelo"},
	{"telephone", "+393337654321", "dangelo"},
	{"telephone", "0039 3337654321", "dangelo"},
	{"telephone", "393337654321", "dangelo"},
	{"telephone, pasted", "\u202a+39\u00a0333\u00a07654321\u202c", "dangelo"},
	{"telephone, as a link", "tel:+393337654321", "dangelo"},
	{"telephone, with full-width digits", "３３３ ７６５４３２１", "dangelo"},
	{"telephone, with an extension", "340 1112223 int. 7", "mueller"},
	{"telephone, its beginning", "333765", "dangelo"},
	{"telephone, its end", "654321", "dangelo"},
	{"telephone, land line", "011/1234567", "dalla"},
	{"telephone, land line", "+39 011 1234567", "dalla"},
	{"telephone, abroad", "+49 30 1234567", "muller"},
	{"telephone, abroad", "0049301234567", "muller"},
	{"telephone, its end", "1234567", "dalla muller"},
	{"telephone of nobody", "333 7654320", ""},
	{"e-mail", "nicolo.dangelo@posta.example.it", "dangelo"},
	{"e-mail", "Nicolo.Dangelo@POSTA.example.it", "dangelo"},
	{"e-mail, as a link", "mailto:nicolo.dangelo@posta.example.it", "dangelo"},
	{"e-mail, before the @", "nicolo.dan", "dangelo"},
	{"e-mail, before the @", "ferrero_g", "ferrero"},
	{"e-mail, typed up to there", "nicolo.dangelo@pos", "dangelo"},
	{"e-mail, after the @", "@posta.exam", "dangelo ferrero"},
	{"e-mail, after the @", "posta.example.it", "dangelo ferrero"},
	{"e-mail of nobody", "nicolo.dangelo@posta.example.com", ""},
	{"e-mail of nobody", "lucio@posta.example.it", ""},
	{"tax code", "MRTMTT25D09F205Z", "dalla"},
	{"tax code", "mrtmtt25d09f205z", "dalla"},
	{"tax code, with blanks", "MRT MTT 25D09 F205Z", "dalla"},
	{"tax code, its beginning", "MRTMTT", "dalla"},
	{"tax code, its beginning", "mrtmtt25d", "dalla"},
	{"tax code, five characters", "MRTMT", ""},
	{"tax code, omocodia stays literal", "MRTMTT25D09F2L5Z", ""},
	{"STP", "STP0103011234567", "ferrero"},
	{"STP, its beginning", "stp010301", "ferrero"},
	{"IUV", "01234567890123456", "ferrero"},
	{"codice avviso of that IUV", "301234567890123456", "ferrero"},
	{"codice avviso", "302000123456789012", "mueller"},
	{"codice avviso, in groups", "3020 0012 3456 7890 12", "mueller"},
	{"IUV of that codice avviso", "02000123456789012", "mueller"},
	{"IUV, its beginning", "0123456789", "ferrero"},
	{"file name", "ricevuta_pagopa_marzo.pdf", "ferrero"},
	{"file name, without its ending", "ricevuta_pagopa_marzo", "ferrero"},
	{"file name, a word", "pagopa", "ferrero"},
	{"file name, the beginning of a word", "pagop", "ferrero"},
	{"file name, the words", "marzo ricevuta", "ferrero"},
	{"words", "referti", "dangelo"},
	{"words", "farmacie", "dalla"},
	{"words, the beginning of the last", "non trovo il refe", "dangelo"},
	{"words, the beginning of another", "refe trovo", ""},
	{"words without accents", "gia fatto", "muller"},
	{"words with a stop word", "ricetta dalla farmacia", "dalla"},
	{"words with accents", "perché scaricabile", "ferrero"},
	{"words, one left out", "referto -trovo", ""},
	{"a phrase", `"trovo il referto"`, "dangelo"},
	{"a phrase in another order", `"referto trovo"`, ""},
	{"a word in quotes of Italy", "«ricevuta»", "ferrero"},
	{"name and word", "Ferrero ricevuta", "ferrero"},
	{"name and word of another", "Ferrero ricetta", ""},
	{"name and telephone", "dalla 011 1234567", "dalla"},
	{"name and number", "Dalla 2026-0000002", "dalla"},
	{"name and number of another", "Dalla 2026-0000001", ""},
	{"name and tax code", "Lucio MRTMTT", "dalla"},
	{"nothing but stop words", "il la", ""},
	{"nothing but signs", "?!", ""},
	{"operators of the language", `"referto -& | ! :*`, "dangelo"},
	{"wildcards", "2026-%", ""},
	{"a quotation mark of SQL", "';--", ""},
}

// TestSearchKinds searches for each kind of term among tickets of different people, as their operator, as the auditor and as the operator
// of another entity, who finds nothing.
func TestSearchKinds(t *testing.T) {
	h := newFixture(t)
	var names []string
	for i, s := range searched {
		id := tickettest.NewID()
		open := tickettest.OpenCommand(fmt.Sprintf("2026-%07d", i+1), tickettest.Torino)
		open.Form, open.Attachments, open.Person = s.form, h.storeFiles(id, s.form.FileNames), h.PersonID(s.form.TaxCode)
		h.Do(id, tickettest.Citizen, open)
		names = append(names, s.name)
	}
	h.Project()
	find := func(who person.Actor, q string) string {
		var found []string
		for _, n := range numbers(h.list(who, Filter{Q: q, Sort: ByNumber})) {
			found = append(found, names[n[len(n)-1]-'1'])
		}
		return strings.Join(found, " ")
	}
	for _, s := range searches {
		for _, who := range []person.Actor{tickettest.Operator, tickettest.Auditor} {
			if got := find(who, s.q); got != s.found {
				t.Errorf("%s, %s: %q finds %q, want %q", who.Role, s.kind, s.q, got, s.found)
			}
		}
		if got := find(tickettest.Neighbour, s.q); got != "" {
			t.Errorf("another entity finds %q by %q", got, s.q)
		}
	}
	h.Rebuild(Model)
	for _, s := range searches {
		if got := find(tickettest.Operator, s.q); got != s.found {
			t.Errorf("rebuilt, %s: %q finds %q, want %q", s.kind, s.q, got, s.found)
		}
	}
	if !slices.IsSorted(numbers(h.list(tickettest.Operator, Filter{Q: "2026-0000", Sort: ByNumber}))) {
		t.Error("the list is not in its order")
	}
}

// storeFiles stores a small file for each name, for the event of a ticket that names them.
func (h *fixture) storeFiles(id ticket.ID, names []string) (files []ticket.Attachment) {
	h.T.Helper()
	for range names {
		blob, err := h.Store.WriteBlob(h.T.Context(), string(id), string(tickettest.NewID()), []byte("%PDF-1.4"))
		if err != nil {
			h.T.Fatal(err)
		}
		files = append(files, ticket.Attachment{ID: ticket.ID(blob.ID), MediaType: "application/pdf", Size: blob.Size, SHA256: blob.SHA256})
	}
	return files
}
