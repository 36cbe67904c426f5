// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package searchterms

import (
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// personal holds the parts of a term that can name a person: values that mean nothing but a person, and a possible name.
type personal struct {
	values []string
	name   string
}

// nameValue is the kind of a name in access records.
const nameValue = "n:"

// AboutPersons returns what the query says of persons: tax codes, telephone numbers and e-mail addresses, and the terms with which a name of
// one of the rows begins that the search showed. An access record holds their keyed hashes. It is empty for a search for other things.
func (q Query) AboutPersons(shownNames []string) []string {
	var names, all []string
	for _, name := range shownNames {
		names = append(names, forName(name)...)
	}
	for _, t := range q.Terms {
		if name := t.about.shownName(names); name != "" {
			all = append(all, nameValue+name)
		} else { // «rossim» is the beginning of a tax code, unless somebody of that name was shown
			all = append(all, t.about.values...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// shownName returns the term as the beginning of one of the names, or "".
func (p personal) shownName(lexemes []string) string {
	for _, spelled := range spellings(p.name) {
		typed := strings.Join(split(spelled), "")
		if typed != "" && slices.ContainsFunc(lexemes, func(l string) bool { return strings.HasPrefix(l, nameKind+typed) }) {
			return typed
		}
	}
	return ""
}

// OfPerson returns every value of AboutPersons with which a search can have been for the person of a form.
func OfPerson(f *ticket.Form) []string {
	if f == nil {
		return nil
	}
	var all []string
	for _, lexeme := range slices.Concat(forName(f.FamilyName), forName(f.GivenName), forName(f.OnBehalfOf)) {
		name := strings.TrimPrefix(lexeme, nameKind)
		for at := range name {
			all = append(all, nameValue+name[:at])
		}
		all = append(all, nameValue+name)
	}
	for _, key := range slices.Concat(taxCodeKeys(f.TaxCode), ContactKeys(f.Email, f.Phone)) {
		number, ok := strings.CutPrefix(key, phoneStart)
		if !ok {
			number, ok = strings.CutPrefix(key, phoneEnd)
		}
		if ok {
			key = phoneValue + number
		}
		all = append(all, key)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Beginnings returns every beginning of values of AboutPersons: a search for one of them may become the search for the value while it is typed.
func Beginnings(values []string) []string {
	var all []string
	for _, value := range values {
		kind := strings.IndexAny(value, ":@") + 1
		for at := range value[kind:] {
			if at > 0 {
				all = append(all, value[:kind+at])
			}
		}
		all = append(all, value)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
