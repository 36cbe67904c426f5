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

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/app/privacystatements"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// formInputs lists the inputs of the forms in the order of the page: the field's name in refusals, the name of the input, and the error
// message for an empty input.
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
	{"privacy_statement", "informativa", ""},
	{"description", "descrizione", "Scriva che cosa è successo."},
	{"attachments", "allegati", ""},
}

// Maximum lengths, in characters, of inputs that the domain does not limit.
const (
	maxConcerns = 200
	maxIUV      = 35 // of a payment notice's code (codice avviso) or an IUV, with the separators of its printed form
)

// paymentProblems lists the problems whose form asks for the identifier of a payment (FAQ 2.10, 2.11).
var paymentProblems = []catalog.ProblemID{"mancato-pagamento", "non-scaricabile-pagamento"}

// facilitatedAccess is the service about facilitated access itself (FAQ 2.12). Its form does not ask whether facilitated access was used.
const facilitatedAccess catalog.ServiceID = "accesso-facilitato"

// assistanceForm is an assistance form with the typed values and the error messages about them.
type assistanceForm struct {
	Service        catalog.Service
	Entities       []catalog.Entity             // the health authorities that are valid now, without the Region
	AtCounter      bool                         // an operator fills the form in for a citizen
	Statement      *privacystatements.Statement // of the chosen authority; nil: none is chosen, or it has published none
	Prefilled      bool                         // the values come from the citizen's newest ticket
	IdempotencyKey ticket.ID                    // of this form: a form that is sent twice opens one ticket
	FormToken      string                       // of this page: when it was made
	values         url.Values
	problem        *ui.Problem
}

// Value returns the value of an input.
func (f assistanceForm) Value(input string) string { return f.values.Get(input) }

// ErrorText returns the error message of an input, empty if it has none.
func (f assistanceForm) ErrorText(input string) string { return f.problem.For(input) }

// IsOperatorsForm reports whether the form is the operators' own form (FAQ 2.2).
func (f assistanceForm) IsOperatorsForm() bool { return f.Service.ID == ticket.OperatorsForm }

// AsksFacilitated reports whether the form asks if facilitated access was used. Every form does, except the one about facilitated access.
func (f assistanceForm) AsksFacilitated() bool { return f.Service.ID != facilitatedAccess }

// IsPaymentProblem reports whether the form asks for the identifier of a payment if the problem is p.
func (assistanceForm) IsPaymentProblem(id catalog.ProblemID) bool {
	return slices.Contains(paymentProblems, id)
}

// HasPaymentProblems reports whether the service has a problem for which IsPaymentProblem is true.
func (f assistanceForm) HasPaymentProblems() bool {
	return slices.ContainsFunc(f.Service.Problems, func(problem catalog.Problem) bool { return f.IsPaymentProblem(problem.ID) })
}

// EntityLabel returns the name of a health authority for the menu. An ASL has its short name, with the town of its offices if the name
// does not contain it.
func (assistanceForm) EntityLabel(e catalog.Entity) string {
	switch {
	case e.Kind != catalog.ASL:
		return e.Name
	case strings.Contains(e.Short, e.Seat):
		return e.Short
	}
	return e.Short + " (" + e.Seat + ")"
}

// fieldInput is a one-line text input for the template part fields.html.
type fieldInput struct {
	Name, Label, Kind, Autocomplete, Help string
	Value, ErrorText                      string
}

// Input returns a text input of the form with its value and its error message.
func (f assistanceForm) Input(name, label, kind, autocomplete, help string) fieldInput {
	if f.AtCounter {
		autocomplete = "off" // the data are not the operator's own
	}
	return fieldInput{name, label, kind, autocomplete, help, f.Value(name), f.ErrorText(name)}
}

// TaxCodeLength returns the number of characters in the input of the tax code.
func (f assistanceForm) TaxCodeLength() int { return utf8.RuneCountInString(f.Value("codice_fiscale")) }

// toRequest converts the form to a request to the application service.
func (f assistanceForm) toRequest(files []attachment.FileUpload) app.OpenRequest {
	r := app.OpenRequest{
		MustShow: true, Statement: f.shownStatement(),
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
	if r.Requester.ForAnother() {
		r.Form.OnBehalfOf = strings.TrimSpace(f.Value("interessato"))
	}
	return r
}

// shownStatement returns the version of the chosen authority's statement that the form showed; 0 if it showed none, or that of another authority.
func (f assistanceForm) shownStatement() int {
	entity, version, _ := strings.Cut(f.Value("informativa"), "/")
	n, err := strconv.Atoi(version)
	if err != nil || entity != f.Value("ente") {
		return 0
	}
	return max(n, 0)
}

// validate returns the errors that the form's own rules find. The domain's rules are not applied here: App.ValidateOpen applies them.
func (f assistanceForm) validate() (fieldErrors []ticket.FieldError) {
	r := f.toRequest(nil)
	for wire, absent := range map[string]bool{
		"requester.role":         r.Requester == "",
		"channel":                f.AtCounter && !f.IsOperatorsForm() && r.Channel != ticket.ChannelCounter && r.Channel != ticket.ChannelTelephone,
		"requester.on_behalf_of": r.Form.OnBehalfOf == "" && r.Requester.ForAnother(),
	} {
		if absent {
			fieldErrors = append(fieldErrors, ticket.FieldError{Field: wire, Reason: refusal.Required.With()})
		}
	}
	for wire, text := range map[string]struct {
		typed string
		limit int
	}{"requester.on_behalf_of": {r.Form.OnBehalfOf, maxConcerns}, "iuv": {r.Form.IUV, maxIUV}} {
		if utf8.RuneCountInString(text.typed) > text.limit {
			fieldErrors = append(fieldErrors, ticket.FieldError{Field: wire, Reason: refusal.TooLong.With(), Allowed: "at most " + strconv.Itoa(text.limit)})
		}
	}
	return fieldErrors
}

// problemFor converts a ticket.InvalidError to error messages in the order of the form's inputs. It returns false for other errors.
func (f assistanceForm) problemFor(err error, files []attachment.FileUpload) (*ui.Problem, bool) {
	var invalid *ticket.InvalidError
	if !errors.As(err, &invalid) {
		return nil, false
	}
	problem := &ui.Problem{Status: http.StatusUnprocessableEntity, Text: "Non abbiamo ancora inviato nulla. Ciò che ha scritto è ancora qui."}
	for _, in := range formInputs {
		for _, fieldError := range invalid.Fields {
			if text := f.fieldText(in.wire, in.input, in.missing, fieldError, files); text != "" {
				problem.Fields = append(problem.Fields, ui.FieldProblem{Field: in.input, Text: text})
			}
		}
	}
	problem.Title = correctionsTitle(len(problem.Fields))
	return problem, true
}

// correctionsTitle returns the title of an error with n fields to correct.
func correctionsTitle(n int) string {
	if n == 1 {
		return "C’è una cosa da correggere"
	}
	return fmt.Sprintf("Ci sono %d cose da correggere", n)
}

// fieldText returns the error message of one refused field for one input, empty if the field belongs to another input.
func (f assistanceForm) fieldText(wire, input, missing string, fieldError ticket.FieldError, files []attachment.FileUpload) string {
	rest, isItem := strings.CutPrefix(fieldError.Field, wire+"[")
	switch {
	case isItem:
		return fileProblemText(rest, fieldError, files)
	case fieldError.Field != wire:
		return ""
	case identifierText(input, f.Value(input)) != "":
		return identifierText(input, f.Value(input))
	case missing != "" && (strings.TrimSpace(f.Value(input)) == "" || wire == "problem" || wire == "entity"):
		return missing
	}
	return ui.FieldText(fieldError)
}

// fileProblemText returns the error message of a refused file. rest is the field after "attachments[", for example "2].name".
func fileProblemText(rest string, fieldError ticket.FieldError, files []attachment.FileUpload) string {
	n, _, _ := strings.Cut(rest, "]")
	if i, err := strconv.Atoi(n); err == nil && i < len(files) {
		return "«" + files[i].Name + "»: " + ui.ReasonText(fieldError.Reason)
	}
	return ui.FieldText(fieldError)
}
