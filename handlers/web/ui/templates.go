// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/lists"
)

// TemplateFuncs returns the functions that templates may call.
func (u *UI) TemplateFuncs() template.FuncMap {
	return template.FuncMap{
		"static":     u.assets.url,
		"icon":       u.icon,
		"moment":     FormatTime,
		"date":       FormatDate,
		"isoTime":    func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"role":       func(r person.Role) string { return RoleNames[r] },
		"entityName": u.EntityName,
		"channel":    func(c ticket.Channel) string { return ChannelNames[c] },
		"lines":      func(s string) []string { return strings.Split(s, "\n") },
		"size":       formatSize,
		"closedFile": ClosedFileText,
		"list":       func(v ...any) []any { return v },
		"documents":  func() Documents { return u.Documents },

		"second":    func(t time.Time) string { return t.In(calendar.Rome()).Format("15:04:05") },
		"label":     ticket.Status.Label,
		"hour":      FormatClock,
		"phone":     formatPhone,
		"previewed": PreviewKind,
		"requester": func(r ticket.RequesterRole) string { return requesterNames[r] },
		"count":     FormatCount,
		"events":    func(n int64) string { return FormatCount(int(n), "evento", "eventi") },
		"age":       formatAge,
		"queuekey":  func(q lists.QueueID) string { return queueKeys[q] },
		"lasted":    func(d time.Duration) string { return FormatDuration(int64(d / time.Second)) },
	}
}

// icon returns an icon of the design system as SVG. Assistive technologies skip it, so a page must also state its meaning in words.
func (u *UI) icon(name string, classes ...string) (template.HTML, error) {
	sprites, err := u.assets.url("italia/sprites.svg")
	if err != nil {
		return "", err
	}
	return template.HTML(fmt.Sprintf(`<svg class="icon %s" aria-hidden="true"><use href="%s#it-%s"></use></svg>`, //nolint:gosec // G203: names and classes come from templates
		template.HTMLEscapeString(strings.Join(classes, " ")), sprites, template.HTMLEscapeString(name))), nil
}
