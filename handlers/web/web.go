// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package web serves the pages to browsers: it routes requests, keeps sessions by a cookie, sets the headers of every page, and has
// the pages of nobody in particular (login, notifications, documents, live updates). Each audience's pages are a package of their
// own. Every page works without script; script only updates counts and lists in place.
package web

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/sse"
	"github.com/sol-assistenza/sol/handlers/web/admin"
	"github.com/sol-assistenza/sol/handlers/web/auditor"
	"github.com/sol-assistenza/sol/handlers/web/citizen"
	"github.com/sol-assistenza/sol/handlers/web/operator"
	"github.com/sol-assistenza/sol/handlers/web/supervisor"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

//go:embed templates
var templateFiles embed.FS

// Config lists what the pages are made of. App, Notifications and Middleware are required.
type Config struct {
	App           *app.Service
	Notifications *notification.Store
	Middleware    *middleware.Stack

	Documents ui.Documents

	// PublicURL is where people reach the service. Over https the session's cookie never travels without.
	PublicURL string
	Log       *slog.Logger  // nil: slog.Default
	Heartbeat time.Duration // between signs of life on a stream, at which rights are checked too; 0: 15 s
}

// Web routes the requests of browsers to the pages and keeps their sessions. Whoever runs its server calls EndStreams when it
// shuts down.
type Web struct {
	*ui.UI
	publicURL   string
	liveUpdates *sse.Streams
	handler     http.Handler

	streamsContext context.Context // ends when streams must
	endStreams     context.CancelFunc
}

// New checks the configuration and builds the pages.
func New(c Config) (*Web, error) {
	if c.App == nil || c.Notifications == nil || c.Middleware == nil {
		return nil, errors.New("web: App, Notifications and Middleware are required")
	}
	u, err := ui.New(ui.Config{App: c.App, Notifications: c.Notifications, Middleware: c.Middleware, Documents: c.Documents, Log: c.Log})
	if err != nil {
		return nil, err
	}
	if err := u.AddTemplates(templateFiles); err != nil {
		return nil, err
	}
	w := &Web{UI: u, publicURL: c.PublicURL}
	w.streamsContext, w.endStreams = context.WithCancel(context.Background())
	w.liveUpdates = w.newLiveUpdates(c.Heartbeat)
	routes, err := w.routes()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+ui.StaticPath, u.Assets())
	for _, r := range routes {
		mux.HandleFunc(r.Pattern, w.handle(r))
	}
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(w.denyCrossOrigin))
	w.handler = crossOrigin.Handler(w.Middleware.Wrap(w.middlewareConfig(mux)))
	return w, nil
}

// ServeHTTP answers one request.
func (w *Web) ServeHTTP(rw http.ResponseWriter, r *http.Request) { w.handler.ServeHTTP(rw, r) }

// EndStreams ends every stream. A page reconnects with the last id it received.
func (w *Web) EndStreams() { w.endStreams() }

// isHTTPS reports whether people reach the service over https.
func (w *Web) isHTTPS() bool { return strings.HasPrefix(w.publicURL, "https://") }

// routes returns all pages. Their names are Italian: people read them in the address bar.
func (w *Web) routes() ([]ui.Route, error) {
	operators, err := operator.New(w.UI)
	if err != nil {
		return nil, err
	}
	citizens, err := citizen.New(w.UI)
	if err != nil {
		return nil, err
	}
	supervisors, err := supervisor.New(w.UI)
	if err != nil {
		return nil, err
	}
	auditors, err := auditor.New(w.UI)
	if err != nil {
		return nil, err
	}
	administrators, err := admin.New(w.UI)
	if err != nil {
		return nil, err
	}
	return slices.Concat(w.sessionRoutes(), w.eventsRoutes(), w.notificationRoutes(), w.documentRoutes(),
		operators.Routes(), citizens.Routes(), supervisors.Routes(), auditors.Routes(), administrators.Routes()), nil
}
