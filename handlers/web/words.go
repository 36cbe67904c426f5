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

var RoleNames = map[person.Role]string{
	person.ASROperator: "Operatore ASR", person.ASRSupervisor: "Supervisore ASR", person.RegionalOperator: "Operatore regionale",
	person.RegionalSupervisor: "Supervisore regionale", person.Auditor: "Revisore", person.Administrator: "Amministratore",
	person.Citizen: "Cittadino", person.Integration: "Integrazione",
}

var ChannelNames = map[ticket.Channel]string{
	ticket.ChannelWeb: "Modulo on line", ticket.ChannelCounter: "Sportello", ticket.ChannelTelephone: "Telefono", ticket.ChannelIntegration: "Altro sistema",
}

var requesterNames = map[ticket.RequesterRole]string{
	ticket.ForSelf: "per sé", ticket.ForMinor: "per un minore", ticket.ForDelegator: "per chi l’ha delegato", ticket.AsOperator: "come operatore di assistenza",
}

// queueKeys are the letters that lead to a queue, after g.
var queueKeys = map[projections.QueueID]string{
	projections.NewQueue: "n", projections.MyQueue: "m", projections.GroupQueue: "s", projections.InProgressQueue: "l", projections.WaitingQueue: "a",
	projections.HandedOverQueue: "i", projections.SolvedQueue: "r", projections.OverrideQueue: "f", projections.AllQueue: "t",
}

// TemplateFuncs are what templates may call.
func (w *Web) TemplateFuncs() template.FuncMap {
	return template.FuncMap{
		"static":     w.assets.url,
		"icon":       w.icon,
		"moment":     FormatTime,
		"isoTime":    func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"role":       func(r person.Role) string { return RoleNames[r] },
		"entityName": w.EntityName,
		"channel":    func(c ticket.Channel) string { return ChannelNames[c] },
		"lines":      func(s string) []string { return strings.Split(s, "\n") },
		"size":       formatSize,
		"list":       func(v ...any) []any { return v },
		"documents":  func() Documents { return w.Documents },

		"second":    func(t time.Time) string { return t.In(calendar.Rome()).Format("15:04:05") },
		"label":     ticket.Status.Label,
		"hour":      FormatClock,
		"last":      func(all []timelineEvent) int { return len(all) - 1 },
		"previewed": PreviewKind,
		"requester": func(r ticket.RequesterRole) string { return requesterNames[r] },
		"count":     FormatCount,
		"events":    func(n int64) string { return FormatCount(int(n), "evento", "eventi") },
		"model":     func(name string) string { return cmp.Or(modelNames[name], name) },
		"age":       formatAge,
		"queuekey":  func(q projections.QueueID) string { return queueKeys[q] },
		"lasted":    func(d time.Duration) string { return FormatDuration(int64(d / time.Second)) },
	}
}

// icon draws one of the design system's signs; what it means stands in words beside it.
func (w *Web) icon(name string, classes ...string) (template.HTML, error) {
	sprites, err := w.assets.url("italia/sprites.svg")
	if err != nil {
		return "", err
	}
	return template.HTML(fmt.Sprintf(`<svg class="icon %s" aria-hidden="true"><use href="%s#it-%s"></use></svg>`, //nolint:gosec // G203: no part of it is typed by anybody
		template.HTMLEscapeString(strings.Join(classes, " ")), sprites, template.HTMLEscapeString(name))), nil
}

// FormatTime is a time as it is read in Italy.
func FormatTime(t time.Time) string { return t.In(calendar.Rome()).Format("02/01/2006 15:04") }

// FormatClock is a time of a day that need not be said.
func FormatClock(t time.Time) string { return t.In(calendar.Rome()).Format("15:04") }

// EntityName is the short name of an entity.
func (w *Web) EntityName(code catalog.EntityCode) string {
	if e, ok := w.cases.Catalog.Entity(code); ok {
		return e.Short
	}
	return string(code)
}

func formatSize(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d kB", max(1, bytes>>10))
	}
	return strings.Replace(fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20)), ".", ",", 1)
}

// FormatCount is a number of things: 1 richiesta, 1.250 richieste.
func FormatCount(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return FormatNumber(n) + " " + many
}

// FormatNumber writes a number as it is read in Italy: 1.250.
func FormatNumber(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "." + digits[i:]
	}
	return digits
}

// formatAge is how long something has lasted, in the one unit that says it.
func formatAge(from, to time.Time) string {
	switch d := to.Sub(from); {
	case d < time.Minute:
		return "ora"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	case d < 24*time.Hour:
		return FormatCount(int(d/time.Hour), "ora", "ore")
	default:
		return FormatCount(int(d/(24*time.Hour)), "giorno", "giorni")
	}
}
