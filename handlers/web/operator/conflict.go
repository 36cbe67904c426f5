// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// conflict describes one field that another person has changed since the page was read.
type conflict struct {
	Field  string
	Yours  string // the reader's value; "": none
	Theirs string
	Note   ticket.ID // the note that was added meanwhile; "" for another field
	By     string
	At     time.Time
}

// describeConflicts returns the Italian description of each conflicting field.
func (p *Pages) describeConflicts(r *ui.Request, t ticketview.Ticket, fields []ticket.FieldConflict, f updateForm) ([]conflict, error) {
	if len(fields) == 0 {
		return nil, nil
	}
	var ids []string
	for _, c := range fields {
		ids = append(ids, c.By.ID)
		if c.Field == "assignee" {
			ids = append(ids, c.Yours, c.Theirs)
		}
	}
	names, err := p.Identity.Names(r.Context(), r.Caller.Viewer().Reader(), ids)
	if err != nil {
		return nil, err
	}
	var conflicts []conflict
	for _, c := range fields {
		shown := conflict{Field: c.Field, By: names[c.By.ID], At: c.At}
		switch {
		case c.By.Role == person.Citizen:
			shown.By = "il cittadino"
		case shown.By == "":
			shown.By = p.EntityName(c.By.Entity)
		}
		switch c.Field {
		case "status":
			shown.Field, shown.Yours, shown.Theirs = "Stato", ticket.Status(c.Yours).Label(), ticket.Status(c.Theirs).Label()
		case "assignee":
			shown.Field, shown.Yours, shown.Theirs = "Operatore", assigneeName(c.Yours, names), assigneeName(c.Theirs, names)
		case "entity":
			shown.Field, shown.Yours, shown.Theirs = "Ente competente", p.EntityName(catalog.EntityCode(c.Yours)), p.EntityName(catalog.EntityCode(c.Theirs))
		case "problem":
			shown.Field, shown.Yours, shown.Theirs = "Tipologia", p.problemLabel(f.Problem), t.Problem.Label
		case "answers":
			shown.Field, shown.Theirs = "Verifiche", "ha risposto a una verifica"
		case "notes":
			shown.Field, shown.Note = "Nota", ticket.ID(c.Theirs)
			if f.Act == "" {
				shown.Yours = f.Text
			}
			if i := slices.IndexFunc(t.Notes, func(n ticketview.Note) bool { return n.ID == shown.Note }); i >= 0 {
				shown.Theirs = t.Notes[i].Text
			}
		}
		conflicts = append(conflicts, shown)
	}
	return conflicts, nil
}

// assigneeName returns the name for a value of the operator menu.
func assigneeName(value string, names map[string]string) string {
	switch value {
	case "":
		return "Nessuno"
	case ticket.Supervisors:
		return "Supervisori"
	}
	return cmp.Or(names[value], "un operatore")
}

// problemLabel returns the label of a problem, given as service/problem.
func (p *Pages) problemLabel(value string) string {
	service, problem, _ := strings.Cut(value, "/")
	found, _ := p.App.Catalog.Problem(catalog.ServiceID(service), catalog.ProblemID(problem))
	return found.Label
}
