// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/attachment"
	"github.com/sol-assistenza/sol/handlers/casework"
)

// The inputs of the forms in the order of the page, by the wire's name, with what to say when one is left empty.
var helpInputs = []struct{ wire, input, missing string }{
	{"service", "servizio", "Scelga il servizio."},
	{"channel", "canale", "Scelga come ha chiesto aiuto il cittadino."},
	{"problem", "tipologia", "Scelga che problema ha."},
	{"iuv", "avviso", ""},
	{"requester.role", "per", "Scelga per chi chiede aiuto."},
	{"requester.on_behalf_of", "interessato", "Scriva nome e cognome della persona per cui chiede aiuto."},
	{"requester.given_name", "nome", "Scriva il nome."},
	{"requester.family_name", "cognome", "Scriva il cognome."},
	{"requester.tax_code", "codice_fiscale", ""},
	{"requester.email", "email", ""},
	{"requester.phone", "telefono", ""},
	{"entity", "ente", "Scelga l’Azienda sanitaria dall’elenco."},
	{"description", "descrizione", "Scriva che cosa è successo."},
	{"attachments", "allegati", ""},
}

// Bounds on what the rules leave open, in characters.
const (
	maxConcerns = 200
	maxIUV      = 35 // of a codice avviso or an IUV, with room for how they are printed
)

// aboutPayment are the problems for which the identifiers of a payment matter (FAQ 2.10, 2.11).
var aboutPayment = []catalog.ProblemID{"mancato-pagamento", "non-scaricabile-pagamento"}

// facilitated is the service that facilitated access is all about (FAQ 2.12): there it need not be asked.
const facilitated catalog.ServiceID = "accesso-facilitato"

// helpForm is a form for assistance as it was typed, with what is wrong with it.
type helpForm struct {
	Service  catalog.Service
	Entities []catalog.Entity // the health authorities of today
	AtDesk   bool             // an operator fills it in for a citizen
	Known    bool             // the citizen's data are filled in from their last request
	Key      ticket.ID        // of this form: sent twice it counts once
	typed    url.Values
	problem  *problem
}

// Typed is what stands in an input.
func (f helpForm) Typed(input string) string { return f.typed.Get(input) }

// Wrong is what is wrong with it.
func (f helpForm) Wrong(input string) string { return f.problem.For(input) }

// Operators tells that it is the operators' own form (FAQ 2.2).
func (f helpForm) Operators() bool { return f.Service.ID == ticket.OperatorsForm }

// AsksFacilitated tells whether facilitated access may have been used, and is not what the service is about.
func (f helpForm) AsksFacilitated() bool { return f.Service.ID != facilitated }

// AboutPayment tells whether the identifiers of a payment matter for a problem; Payment, for any of the service's.
func (helpForm) AboutPayment(p catalog.ProblemID) bool { return slices.Contains(aboutPayment, p) }

// Payment tells whether they matter for any problem of the service.
func (f helpForm) Payment() bool {
	return slices.ContainsFunc(f.Service.Problems, func(p catalog.Problem) bool { return f.AboutPayment(p.ID) })
}

// Named is a health authority as people know it: by its name, and by the town of its offices where the name is a code.
func (helpForm) Named(e catalog.Entity) string {
	switch {
	case e.Kind != catalog.ASL:
		return e.Name
	case strings.Contains(e.Short, e.Seat):
		return e.Short
	}
	return e.Short + " (" + e.Seat + ")"
}

// input is one line to type in, as templates/parts/fields.html draws it.
type input struct {
	Name, Label, Kind, Autocomplete, Help string
	Typed, Wrong                          string
}

// Input is one of the form's.
func (f helpForm) Input(name, label, kind, autocomplete, help string) input {
	if f.AtDesk {
		autocomplete = "off" // it is not the operator's own
	}
	return input{name, label, kind, autocomplete, help, f.Typed(name), f.Wrong(name)}
}

// Counted is how many characters of the codice fiscale are typed.
func (f helpForm) Counted() int { return utf8.RuneCountInString(f.Typed("codice_fiscale")) }

// request is the form as the rules take it.
func (f helpForm) request(files []attachment.File) casework.Request {
	r := casework.Request{
		Service: f.Service.ID, Problem: catalog.ProblemID(f.Typed("tipologia")), Entity: catalog.EntityCode(f.Typed("ente")),
		Requester: ticket.RequesterRole(f.Typed("per")), Facilitated: !f.AsksFacilitated() || f.Typed("facilitato") != "", Files: files,
		Form: ticket.Form{
			GivenName: f.Typed("nome"), FamilyName: f.Typed("cognome"), TaxCode: f.Typed("codice_fiscale"), Email: f.Typed("email"),
			Phone: f.Typed("telefono"), Description: f.Typed("descrizione"),
		},
	}
	if f.AboutPayment(r.Problem) {
		r.Form.IUV = strings.TrimSpace(f.Typed("avviso"))
	}
	switch {
	case f.Operators():
		r.Requester, r.Facilitated = ticket.AsOperator, false
	case f.AtDesk:
		r.Channel = ticket.Channel(f.Typed("canale"))
	}
	if r.Requester == ticket.ForMinor || r.Requester == ticket.ForDelegating {
		r.Form.Concerns = strings.TrimSpace(f.Typed("interessato"))
	}
	return r
}

// asked is what the form wants and the rules do not.
func (f helpForm) asked() (wrong []ticket.FieldError) {
	r := f.request(nil)
	for wire, absent := range map[string]bool{
		"requester.role":         r.Requester == "",
		"channel":                f.AtDesk && !f.Operators() && r.Channel != ticket.Desk && r.Channel != ticket.Telephone,
		"requester.on_behalf_of": r.Form.Concerns == "" && (r.Requester == ticket.ForMinor || r.Requester == ticket.ForDelegating),
	} {
		if absent {
			wrong = append(wrong, ticket.FieldError{Field: wire, Rule: "is required"})
		}
	}
	for wire, text := range map[string]struct {
		typed string
		most  int
	}{"requester.on_behalf_of": {r.Form.Concerns, maxConcerns}, "iuv": {r.Form.IUV, maxIUV}} {
		if utf8.RuneCountInString(text.typed) > text.most {
			wrong = append(wrong, ticket.FieldError{Field: wire, Rule: "is too long", Allowed: "at most " + strconv.Itoa(text.most)})
		}
	}
	return wrong
}

// refused says what was refused in the words of the form, in the order of its inputs; false: it is no refusal of its fields.
func (f helpForm) refused(err error, files []attachment.File) (*problem, bool) {
	var invalid *ticket.InvalidError
	if !errors.As(err, &invalid) {
		return nil, false
	}
	p := &problem{Status: http.StatusUnprocessableEntity, Text: "Non abbiamo ancora inviato nulla. Ciò che ha scritto è ancora qui."}
	for _, in := range helpInputs {
		for _, wrong := range invalid.Fields {
			if text := f.plainly(in.wire, in.input, in.missing, wrong, files); text != "" {
				p.Fields = append(p.Fields, fieldProblem{in.input, text})
			}
		}
	}
	p.Title = corrections(len(p.Fields))
	return p, true
}

func corrections(n int) string {
	if n == 1 {
		return "C’è una cosa da correggere"
	}
	return fmt.Sprintf("Ci sono %d cose da correggere", n)
}

// plainly says one refusal of one input; "" if it is another's.
func (f helpForm) plainly(wire, input, missing string, wrong ticket.FieldError, files []attachment.File) string {
	at, of := strings.CutPrefix(wrong.Field, wire+"[")
	switch {
	case of:
		return fileRefused(at, wrong, files)
	case wrong.Field != wire:
		return ""
	case identifierInItalian(input, f.Typed(input)) != "":
		return identifierInItalian(input, f.Typed(input))
	case missing != "" && (strings.TrimSpace(f.Typed(input)) == "" || wire == "problem" || wire == "entity"):
		return missing
	}
	return fieldInItalian(wrong)
}

// fileRefused says what is wrong with the file that "2].name" is about.
func fileRefused(at string, wrong ticket.FieldError, files []attachment.File) string {
	n, _, _ := strings.Cut(at, "]")
	if i, err := strconv.Atoi(n); err == nil && i < len(files) {
		return "«" + files[i].Name + "»: " + ruleInItalian(wrong.Rule)
	}
	return fieldInItalian(wrong)
}
