// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

import (
	"slices"
	"strings"
)

// renderNote returns the text of the first wording whose fields are all known, and the missing fields: those of the outcome's own evidence
// that are not known and, if no wording can be filled in (the text is then empty), those that the wordings lack. A flag counts as known
// only if it is "true".
func (o *Outcome) renderNote(p *Playbook, known Evidence) (string, []FieldID) {
	var missing []FieldID
	lacks := func(fields []FieldID) (all []FieldID) {
		for _, f := range fields {
			d := p.field(f)
			if value := strings.TrimSpace(known[f]); value == "" || d != nil && d.Type == Flag && value != "true" {
				all = append(all, f)
			}
		}
		return all
	}
	missing = lacks(o.Evidence)
	var lacking []FieldID
	for _, v := range o.Note {
		names := lacks(slices.Concat(v.When, v.placeholders()))
		if len(names) == 0 {
			return v.render(p, known), missing
		}
		lacking = append(lacking, names...)
	}
	for _, f := range lacking {
		if !slices.Contains(missing, f) {
			missing = append(missing, f)
		}
	}
	return "", missing
}

// placeholders returns the fields whose names the text holds in braces, in order.
func (v NoteVariant) placeholders() []FieldID {
	var names []FieldID
	for rest := v.Text; ; {
		_, after, found := strings.Cut(rest, "{")
		name, next, closed := strings.Cut(after, "}")
		if !found || !closed {
			return names
		}
		names, rest = append(names, FieldID(name)), next
	}
}

// render returns the text of the note with the values of its placeholders. Dates are in the Italian format.
func (v NoteVariant) render(p *Playbook, known Evidence) string {
	var values []string
	for _, f := range v.placeholders() {
		value := strings.TrimSpace(known[f])
		if d := p.field(f); d != nil && d.Type == Date {
			value = italianDate(value)
		}
		values = append(values, "{"+string(f)+"}", value)
	}
	return strings.NewReplacer(values...).Replace(v.Text) // one pass, so that braces inside a value are not replaced
}
