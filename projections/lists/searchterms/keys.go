// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package searchterms

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// Hash returns the keyed hash of a value.
type Hash func(value string) string

// Purpose is the purpose of the key of the hashes. The key has versions: rows that an earlier version made are found until it is destroyed.
const Purpose = "search"

// hashLength is the number of characters of a keyed hash that a lexeme keeps: 56 bits tell the values of one column apart, and a search asks
// for few of them.
const hashLength = 14

func shorten(hash string) string { return hash[:min(len(hash), hashLength)] }

// kinds of lexemes. A word of a text never contains "#".
const (
	numberKind = "#"
	nameKind   = "n#"
	hashedKind = "k#"
)

// Kinds of hashed values.
const (
	taxCodeValue = "cf:"
	phoneValue   = "t:" // in access records
	phoneStart   = "t<"
	phoneEnd     = "t>"
	emailStart   = "e<"
	emailLocal   = "e:"
	emailDomain  = "e@"
	paymentStart = "p<"
	paymentWhole = "p:"
)

// Shortest and longest parts of a value that are hashed.
const (
	minTaxCode = 6
	minPhone   = 6
	minEmail   = 3
	maxEmail   = 32
	maxDomain  = 40
	minPayment = 6
	maxPayment = 20
)

// ForNumber returns the lexemes of a ticket number: whole, and the last three digits or more.
func ForNumber(number string) []string {
	year, digits, ok := strings.Cut(number, "-")
	if !ok || digits == "" {
		return nil
	}
	all := []string{numberKind + year + "-" + digits, numberKind + "=" + strings.TrimLeft(digits, "0")}
	for n := minNumber; n <= len(digits); n++ {
		all = append(all, numberKind+digits[len(digits)-n:])
	}
	return all
}

// minNumber is the smallest number of last digits of a number that finds it.
const minNumber = 3

// ForForm returns the lexemes of the personal data of a form, each once.
func ForForm(f *ticket.Form, hash Hash) []string {
	if f == nil {
		return nil
	}
	var all []string
	for _, name := range []string{f.FamilyName, f.GivenName, f.OnBehalfOf} {
		all = append(all, forName(name)...)
	}
	for _, value := range slices.Concat(taxCodeKeys(f.TaxCode), ContactKeys(f.Email, f.Phone), paymentKeys(f.IUV)) {
		all = append(all, hashedKind+shorten(hash(value)))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// forName returns the lexemes of a name: its words, with and without apostrophes and hyphens, and all of them together.
func forName(name string) []string {
	var all []string
	add := func(word string) {
		if word != "" {
			all = append(all, nameKind+truncate(word, maxName))
		}
	}
	for _, spelled := range spellings(name) {
		for _, one := range []string{spelled, umlautVowels.Replace(spelled)} {
			add(strings.Join(split(one), ""))
			for field := range strings.FieldsSeq(one) {
				add(strings.Join(split(field), ""))
				for _, word := range split(field) {
					add(word)
				}
			}
		}
	}
	return all
}

// maxName is the length of the longest lexeme of a name, in bytes.
const maxName = 100

func truncate(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// prefixes returns the beginnings of a value, from the shortest to the longest length.
func prefixes(kind, value string, shortest, longest int) (all []string) {
	for n := shortest; n <= min(len(value), longest); n++ {
		all = append(all, kind+value[:n])
	}
	return all
}

func taxCodeKeys(code string) []string { return prefixes(taxCodeValue, compact(code), minTaxCode, 16) }

// ContactKeys returns the values to hash of an e-mail address and a telephone number.
func ContactKeys(email, phone string) []string {
	var all []string
	if local, domain, ok := strings.Cut(fold(email), "@"); ok {
		all = append(prefixes(emailStart, local, minEmail, maxEmail), emailLocal+local, emailDomain+domain)
		all = append(all, prefixes(emailDomain, domain, minEmail, maxDomain)...)
	}
	number := national(phone)
	all = append(all, prefixes(phoneStart, number, minPhone, 20)...)
	for n := minPhone; n <= min(len(number), 20); n++ {
		all = append(all, phoneEnd+number[len(number)-n:])
	}
	return all
}

// national returns the digits of a telephone number, without the country code of Italy and without an extension.
func national(phone string) string {
	phone, _, _ = strings.Cut(phone, ";") // the extension
	number, international := digitsOf(phone), strings.HasPrefix(strings.TrimLeft(phone, " ("), "+")
	if rest, ok := strings.CutPrefix(number, "00"); ok && !international {
		number, international = rest, true
	}
	if rest, ok := strings.CutPrefix(number, "39"); ok && international {
		number = rest
	}
	return number
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// compact returns the ASCII letters, in capitals, and digits of a text.
func compact(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return r
		default:
			return -1
		}
	}, text)
}

// paymentKeys returns the values to hash of a IUV, a «codice avviso» or a «numero ticket regionale». A «codice avviso» of 18 digits is a
// digit, sometimes two more of the application, and the IUV; each finds the other.
func paymentKeys(typed string) []string {
	var all []string
	for field := range strings.FieldsFuncSeq(typed, func(r rune) bool { return r == ',' || r == ';' }) {
		code := compact(field)
		if len(code) < 3 {
			continue
		}
		for _, c := range paymentForms(code) {
			all = append(all, paymentWhole+truncate(c, 40))
		}
		all = append(all, prefixes(paymentStart, code, minPayment, maxPayment)...)
	}
	return all
}

// paymentForms returns a payment identifier, and the IUV that it contains if it is a «codice avviso».
func paymentForms(code string) []string {
	if len(code) == 18 && digitsOf(code) == code {
		return []string{code, code[1:], code[3:]}
	}
	return []string{code}
}
