// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections"
)

// templatesByName are the templates by name, each with the frame around it.
type templatesByName map[string]*template.Template

// parseTemplates reads templates/*.html: frame.html stands around every page, parts/*.html are shared.
func (w *Web) parseTemplates() (templatesByName, error) {
	shared, err := template.New("frame.html").Funcs(w.TemplateFuncs()).ParseFS(templateFiles, "templates/frame.html", "templates/parts/*.html")
	if err != nil {
		return nil, fmt.Errorf("web: templates: %w", err)
	}
	all := templatesByName{}
	files, err := fs.Glob(templateFiles, "templates/pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("web: templates: %w", err)
	}
	for _, file := range files {
		t, err := shared.Clone()
		if err == nil {
			t, err = t.ParseFS(templateFiles, file)
		}
		if err != nil {
			return nil, fmt.Errorf("web: templates: %w", err)
		}
		all[strings.TrimSuffix(path.Base(file), ".html")] = t
	}
	return all, nil
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
