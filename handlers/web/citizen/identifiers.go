// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package citizen

import (
	"errors"
	"net/http"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// identifierParsers holds the parser of each input that script/check.js checks while the form is filled in.
var identifierParsers = map[string]func(typed string) error{
	"codice_fiscale": func(s string) error { _, err := person.ParseTaxCode(s); return err },
	"email":          func(s string) error { _, err := person.ParseEmail(s); return err },
	"telefono":       func(s string) error { _, err := person.ParsePhone(s); return err },
}

const (
	emailIncomplete    = "L’indirizzo e-mail non è completo: ha la forma nome@esempio.it."
	impossibleBirth    = "Il codice fiscale non corrisponde a una data di nascita possibile: lo confronti con la tessera sanitaria."
	misplacedCharacter = "Nel codice fiscale c’è un carattere che in quel punto non può stare: lo confronti con la tessera sanitaria."
	phoneDigits        = "Il numero di telefono ha da 6 a 15 cifre. Ne scriva uno solo."
	phoneCharacters    = "Nel numero di telefono bastano le cifre, con il + davanti se è estero e «int.» prima dell’interno."
)

// identifierTexts holds the form's error messages of identifiers, by the code of the refusal.
var identifierTexts = map[refusal.Code]string{
	refusal.TaxCodeMissing:        "Scriva il codice fiscale.",
	refusal.TaxCodeLength:         "Il codice fiscale ha 16 caratteri, o 11 cifre se è provvisorio: controlli di averlo scritto tutto.",
	refusal.TaxCodeCharacter:      misplacedCharacter,
	refusal.TaxCodeDigits:         misplacedCharacter,
	refusal.TaxCodeMonth:          impossibleBirth,
	refusal.TaxCodeDay:            impossibleBirth,
	refusal.TaxCodeCheckCharacter: "Un carattere del codice fiscale è sbagliato: lo confronti uno per uno con la tessera sanitaria.",
	refusal.TaxCodeCheckDigit:     "Una cifra del codice fiscale è sbagliata: lo confronti con quello che Le hanno dato.",
	refusal.EmailMissing:          "Scriva l’indirizzo e-mail.",
	refusal.EmailLength:           "L’indirizzo e-mail è troppo lungo.",
	refusal.EmailShape:            emailIncomplete,
	refusal.EmailLocalPart:        emailIncomplete,
	refusal.EmailDomain:           emailIncomplete,
	refusal.PhoneMissing:          "Scriva un numero di telefono.",
	refusal.PhoneTooLong:          phoneDigits,
	refusal.PhoneLength:           phoneDigits,
	refusal.PhoneCharacter:        phoneCharacters,
	refusal.PhoneParenthesis:      phoneCharacters,
	refusal.PhoneCountryCode:      "Il prefisso internazionale non comincia per 0.",
}

// identifierText returns the error message of a typed identifier, empty if it is valid or the input holds no identifier.
func identifierText(input, typed string) string {
	var refused *person.InvalidError
	if parse, ok := identifierParsers[input]; ok && errors.As(parse(typed), &refused) {
		return identifierTexts[refused.Reason.Code]
	}
	return ""
}

// checkIdentifier answers with the error message of one identifier as text, or with nothing if it is valid; script/check.js shows it beside
// the input. An empty identifier is not checked before the form is sent.
func (p *Pages) checkIdentifier(r *ui.Request) error {
	text := ""
	if typed := r.PostFormValue("valore"); typed != "" {
		text = identifierText(r.PostFormValue("campo"), typed)
	}
	r.Writer.Header().Set("Content-Type", "text/plain; charset=utf-8")
	r.Writer.WriteHeader(http.StatusOK)
	_, _ = r.Writer.Write([]byte(text)) // the browser may have closed the connection
	return nil
}
