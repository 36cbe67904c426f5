// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package ui holds what the pages of all audiences share: templates and their rendering, static files, page requests and forms, error
// messages and formats in Italian. It does not contain pages of its own, except the error page.
package ui

import (
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/middleware"
)

//go:embed templates
var templateFiles embed.FS

// Config holds the services and settings that all pages need. App and Middleware are required.
type Config struct {
	App        *app.Service
	Middleware *middleware.Stack
	Documents  Documents
	Log        *slog.Logger // nil: slog.Default
	// MinFillTime is the time in which nobody fills in a form: one that is sent without a login sooner after its page waits for the rest. 0:
	// 3 s; negative: none.
	MinFillTime time.Duration
}

// UI holds the services, templates and static files that all pages share.
type UI struct {
	Config
	Identity *identity.Identity

	CitizenLogin bool // citizens have a way to log in, and pages for anyone offer it

	assets *assetServer
	shared *template.Template            // the frame and its parts
	pages  map[string]*template.Template // by name; each contains the frame
}

// New loads the static files and the shared templates. AddTemplates adds the pages of an audience.
func New(c Config) (*UI, error) {
	c.Log, c.MinFillTime = cmp.Or(c.Log, slog.Default()), cmp.Or(c.MinFillTime, 3*time.Second)
	u := &UI{Config: c, Identity: c.App.Identity, pages: map[string]*template.Template{}}
	var err error
	if u.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if u.shared, err = template.New("frame.html").Funcs(u.TemplateFuncs()).ParseFS(templateFiles, "templates/frame.html", "templates/parts/*.html"); err != nil {
		return nil, fmt.Errorf("web: templates: %w", err)
	}
	return u, u.AddTemplates(templateFiles)
}

// AddTemplates parses the pages of one audience. Each file templates/pages/NAME.html becomes the page NAME; it can use the shared
// templates and the audience's own templates/parts/*.html. A page name that exists already is an error.
func (u *UI) AddTemplates(fsys fs.FS) error {
	shared, err := u.shared.Clone()
	if err != nil {
		return fmt.Errorf("web: templates: %w", err)
	}
	parts, _ := fs.Glob(fsys, "templates/parts/*.html") // Glob only fails for an invalid pattern
	pages, _ := fs.Glob(fsys, "templates/pages/*.html")
	if len(parts) > 0 {
		if shared, err = shared.ParseFS(fsys, parts...); err != nil {
			return fmt.Errorf("web: templates: %w", err)
		}
	}
	for _, file := range pages {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if u.pages[name] != nil {
			return fmt.Errorf("web: templates: two pages are called %s", name)
		}
		t, err := shared.Clone()
		if err == nil {
			t, err = t.ParseFS(fsys, file)
		}
		if err != nil {
			return fmt.Errorf("web: templates: %w", err)
		}
		u.pages[name] = t
	}
	return nil
}

// Now returns the time of the node's clock, for rate limits: each node counts for itself.
func (*UI) Now() time.Time { return time.Now() }

// Assets returns the handler of the static files. Their addresses begin with StaticPath.
func (u *UI) Assets() http.Handler { return u.assets }
