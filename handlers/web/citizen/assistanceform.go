// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package citizen

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// The inputs of the forms in the order of the page, by the wire's name, with what to say when one is left empty.
var formInputs = []struct{ wire, input, missing string }{
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

// paymentProblems are the problems for which the identifiers of a payment matter (FAQ 2.10, 2.11).
var paymentProblems = []catalog.ProblemID{"mancato-pagamento", "non-scaricabile-pagamento"}

// facilitatedAccess is the service that facilitated access is all about (FAQ 2.12): there it need not be asked.
const facilitatedAccess catalog.ServiceID = "accesso-facilitato"

// assistanceForm is a form for assistance as it was typed, with what is wrong with it.
type assistanceForm struct {
	Service        catalog.Service
	Entities       []catalog.Entity // the health authorities of today
	AtCounter      bool             // an operator fills it in for a citizen
	Prefilled      bool             // the citizen's data are filled in from their last request
	IdempotencyKey ticket.ID        // of this form: sent twice it counts once
	values         url.Values
	problem        *ui.Problem
}

// Value is what stands in an input.
func (f assistanceForm) Value(input string) string { return f.values.Get(input) }

// ErrorText is what is wrong with it.
func (f assistanceForm) ErrorText(input string) string { return f.problem.For(input) }

// IsOperatorsForm tells that it is the operators' own form (FAQ 2.2).
func (f assistanceForm) IsOperatorsForm() bool { return f.Service.ID == ticket.OperatorsForm }

// AsksFacilitated tells whether facilitated access may have been used, and is not what the service is about.
func (f assistanceForm) AsksFacilitated() bool { return f.Service.ID != facilitatedAccess }

// IsPaymentProblem tells whether the identifiers of a payment matter for a problem; Payment, for any of the service's.
func (assistanceForm) IsPaymentProblem(p catalog.ProblemID) bool {
	return slices.Contains(paymentProblems, p)
}

// HasPaymentProblems tells whether they matter for any problem of the service.
func (f assistanceForm) HasPaymentProblems() bool {
	return slices.ContainsFunc(f.Service.Problems, func(p catalog.Problem) bool { return f.IsPaymentProblem(p.ID) })
}

// EntityLabel is a health authority as people know it: by its name, and by the town of its offices where the name is a code.
func (assistanceForm) EntityLabel(e catalog.Entity) string {
	switch {
	case e.Kind != catalog.ASL:
		return e.Name
	case strings.Contains(e.Short, e.Seat):
		return e.Short
	}
	return e.Short + " (" + e.Seat + ")"
}

// fieldInput is one line to type in, as templates/parts/fields.html draws it.
type fieldInput struct {
	Name, Label, Kind, Autocomplete, Help string
	Value, ErrorText                      string
}

// Input is one of the form's.
func (f assistanceForm) Input(name, label, kind, autocomplete, help string) fieldInput {
	if f.AtCounter {
		autocomplete = "off" // it is not the operator's own
	}
	return fieldInput{name, label, kind, autocomplete, help, f.Value(name), f.ErrorText(name)}
}

// TaxCodeLength is how many characters of the codice fiscale are typed.
func (f assistanceForm) TaxCodeLength() int { return utf8.RuneCountInString(f.Value("codice_fiscale")) }

// toRequest is the form as the rules take it.
func (f assistanceForm) toRequest(files []attachment.FileUpload) app.OpenRequest {
	r := app.OpenRequest{
		Service: f.Service.ID, Problem: catalog.ProblemID(f.Value("tipologia")), Entity: catalog.EntityCode(f.Value("ente")),
		Requester: ticket.RequesterRole(f.Value("per")), Facilitated: !f.AsksFacilitated() || f.Value("facilitato") != "", Files: files,
		Form: ticket.Form{
			GivenName: f.Value("nome"), FamilyName: f.Value("cognome"), TaxCode: f.Value("codice_fiscale"), Email: f.Value("email"),
			Phone: f.Value("telefono"), Description: f.Value("descrizione"),
		},
	}
	if f.IsPaymentProblem(r.Problem) {
		r.Form.IUV = strings.TrimSpace(f.Value("avviso"))
	}
	switch {
	case f.IsOperatorsForm():
		r.Requester, r.Facilitated = ticket.AsOperator, false
	case f.AtCounter:
		r.Channel = ticket.Channel(f.Value("canale"))
	}
	if r.Requester == ticket.ForMinor || r.Requester == ticket.ForDelegator {
		r.Form.OnBehalfOf = strings.TrimSpace(f.Value("interessato"))
	}
	return r
}

// validate is what the form wants and the rules do not.
func (f assistanceForm) validate() (wrong []ticket.FieldError) {
	r := f.toRequest(nil)
	for wire, absent := range map[string]bool{
		"requester.role":         r.Requester == "",
		"channel":                f.AtCounter && !f.IsOperatorsForm() && r.Channel != ticket.ChannelCounter && r.Channel != ticket.ChannelTelephone,
		"requester.on_behalf_of": r.Form.OnBehalfOf == "" && (r.Requester == ticket.ForMinor || r.Requester == ticket.ForDelegator),
	} {
		if absent {
			wrong = append(wrong, ticket.FieldError{Field: wire, Reason: refusal.Required.With()})
		}
	}
	for wire, text := range map[string]struct {
		typed string
		most  int
	}{"requester.on_behalf_of": {r.Form.OnBehalfOf, maxConcerns}, "iuv": {r.Form.IUV, maxIUV}} {
		if utf8.RuneCountInString(text.typed) > text.most {
			wrong = append(wrong, ticket.FieldError{Field: wire, Reason: refusal.TooLong.With(), Allowed: "at most " + strconv.Itoa(text.most)})
		}
	}
	return wrong
}

// problemFor says what was refused in the words of the form, in the order of its inputs; false: it is no refusal of its fields.
func (f assistanceForm) problemFor(err error, files []attachment.FileUpload) (*ui.Problem, bool) {
	var invalid *ticket.InvalidError
	if !errors.As(err, &invalid) {
		return nil, false
	}
	p := &ui.Problem{Status: http.StatusUnprocessableEntity, Text: "Non abbiamo ancora inviato nulla. Ciò che ha scritto è ancora qui."}
	for _, in := range formInputs {
		for _, wrong := range invalid.Fields {
			if text := f.fieldText(in.wire, in.input, in.missing, wrong, files); text != "" {
				p.Fields = append(p.Fields, ui.FieldProblem{Field: in.input, Text: text})
			}
		}
	}
	p.Title = correctionsTitle(len(p.Fields))
	return p, true
}

func correctionsTitle(n int) string {
	if n == 1 {
		return "C’è una cosa da correggere"
	}
	return fmt.Sprintf("Ci sono %d cose da correggere", n)
}

// fieldText says one refusal of one input; "" if it is another's.
func (f assistanceForm) fieldText(wire, input, missing string, wrong ticket.FieldError, files []attachment.FileUpload) string {
	at, of := strings.CutPrefix(wrong.Field, wire+"[")
	switch {
	case of:
		return fileProblemText(at, wrong, files)
	case wrong.Field != wire:
		return ""
	case identifierText(input, f.Value(input)) != "":
		return identifierText(input, f.Value(input))
	case missing != "" && (strings.TrimSpace(f.Value(input)) == "" || wire == "problem" || wire == "entity"):
		return missing
	}
	return ui.FieldText(wrong)
}

// fileProblemText says what is wrong with the file that "2].name" is about.
func fileProblemText(at string, wrong ticket.FieldError, files []attachment.FileUpload) string {
	n, _, _ := strings.Cut(at, "]")
	if i, err := strconv.Atoi(n); err == nil && i < len(files) {
		return "«" + files[i].Name + "»: " + ui.ReasonText(wrong.Reason)
	}
	return ui.FieldText(wrong)
}
