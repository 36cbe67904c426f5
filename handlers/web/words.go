// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections"
)

var roles = map[person.Role]string{
	person.ASROperator: "Operatore ASR", person.ASRSupervisor: "Supervisore ASR", person.RegionalOperator: "Operatore regionale",
	person.RegionalSupervisor: "Supervisore regionale", person.Auditor: "Revisore", person.Administrator: "Amministratore",
	person.Citizen: "Cittadino", person.Integration: "Integrazione",
}

var channels = map[ticket.Channel]string{
	ticket.Web: "Modulo on line", ticket.Desk: "Sportello", ticket.Telephone: "Telefono", ticket.System: "Altro sistema",
}

var requesters = map[ticket.RequesterRole]string{
	ticket.ForSelf: "per sé", ticket.ForMinor: "per un minore", ticket.ForDelegating: "per chi l’ha delegato", ticket.AsOperator: "come operatore di assistenza",
}

// queueKeys are the letters that lead to a queue, after g.
var queueKeys = map[projections.QueueID]string{
	projections.NewQueue: "n", projections.Mine: "m", projections.GroupQueue: "s", projections.InProgressQueue: "l", projections.WaitingQueue: "a",
	projections.HandedOverQueue: "i", projections.SolvedQueue: "r", projections.OverrideQueue: "f", projections.AllQueue: "t",
}

// functions are what templates may call.
func (w *Web) functions() template.FuncMap {
	return template.FuncMap{
		"static":  w.assets.at,
		"icon":    w.icon,
		"moment":  moment,
		"machine": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"role":    func(r person.Role) string { return roles[r] },
		"place":   w.place,
		"channel": func(c ticket.Channel) string { return channels[c] },
		"lines":   func(s string) []string { return strings.Split(s, "\n") },
		"size":    size,
		"list":    func(v ...any) []any { return v },
		"outside": func() Documents { return w.Documents },

		"second":    func(t time.Time) string { return t.In(calendar.Rome()).Format("15:04:05") },
		"label":     ticket.Status.Label,
		"hour":      hour,
		"last":      func(all []happening) int { return len(all) - 1 },
		"previewed": previewed,
		"requester": func(r ticket.RequesterRole) string { return requesters[r] },
		"count":     counted,
		"events":    func(n int64) string { return counted(int(n), "evento", "eventi") },
		"model":     func(name string) string { return cmp.Or(modelNames[name], name) },
		"age":       age,
		"queuekey":  func(q projections.QueueID) string { return queueKeys[q] },
		"lasted":    func(d time.Duration) string { return lasted(int64(d / time.Second)) },
	}
}

// icon draws one of the design system's signs; what it means stands in words beside it.
func (w *Web) icon(name string, classes ...string) (template.HTML, error) {
	sprites, err := w.assets.at("italia/sprites.svg")
	if err != nil {
		return "", err
	}
	return template.HTML(fmt.Sprintf(`<svg class="icon %s" aria-hidden="true"><use href="%s#it-%s"></use></svg>`, //nolint:gosec // G203: no part of it is typed by anybody
		template.HTMLEscapeString(strings.Join(classes, " ")), sprites, template.HTMLEscapeString(name))), nil
}

// moment is a time as it is read in Italy.
func moment(t time.Time) string { return t.In(calendar.Rome()).Format("02/01/2006 15:04") }

// hour is a time of a day that need not be said.
func hour(t time.Time) string { return t.In(calendar.Rome()).Format("15:04") }

// place is the short name of an entity.
func (w *Web) place(code catalog.EntityCode) string {
	if e, ok := w.cases.Catalog.Entity(code); ok {
		return e.Short
	}
	return string(code)
}

func size(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d kB", max(1, bytes>>10))
	}
	return strings.Replace(fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20)), ".", ",", 1)
}

// counted is a number of things: 1 richiesta, 1.250 richieste.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

// grouped writes a number as it is read in Italy: 1.250.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "." + digits[i:]
	}
	return digits
}

// age is how long something has lasted, in the one unit that says it.
func age(from, to time.Time) string {
	switch d := to.Sub(from); {
	case d < time.Minute:
		return "ora"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	case d < 24*time.Hour:
		return counted(int(d/time.Hour), "ora", "ore")
	default:
		return counted(int(d/(24*time.Hour)), "giorno", "giorni")
	}
}
