// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package web serves the pages to browsers: it routes requests, keeps the session in a cookie and sets the headers of every page.
// It also has the pages that are not for one audience: login, notifications, documents and live updates; the pages of each audience
// are a package of their own. Every page works without script; scripts only make a page easier to use and update it in place.
package web

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity/clientcert"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
	"github.com/sol-assistenza/sol/handlers/identity/oidc"
	"github.com/sol-assistenza/sol/handlers/identity/portal"
	"github.com/sol-assistenza/sol/handlers/identity/secondfactor"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/sse"
	"github.com/sol-assistenza/sol/handlers/web/account"
	"github.com/sol-assistenza/sol/handlers/web/admin"
	"github.com/sol-assistenza/sol/handlers/web/auditor"
	"github.com/sol-assistenza/sol/handlers/web/citizen"
	"github.com/sol-assistenza/sol/handlers/web/operator"
	"github.com/sol-assistenza/sol/handlers/web/supervisor"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

//go:embed templates
var templateFiles embed.FS

// Config holds the services and settings of the pages. App and Middleware are required.
type Config struct {
	App        *app.Service
	Middleware *middleware.Stack

	// Portal stands before the handler, if the configuration has a portal; nil: it has none. Certificates are the providers of client certificates.
	Portal       *portal.Guard
	Certificates []*clientcert.Provider

	Documents ui.Documents

	// PublicURL is the address of the service for browsers. If it begins with https, browsers send the session's cookie over https only.
	PublicURL string
	Log       *slog.Logger  // nil: slog.Default
	Heartbeat time.Duration // interval of a stream's heartbeats and of its checks of the session; 0: 15 s

	MinFillTime time.Duration // see ui.Config

	// OIDC holds the identity providers that speak OpenID Connect, in the order of the login page.
	OIDC []*oidc.Client
}

// Web routes the requests of browsers to the pages and keeps their sessions. The caller that runs the server must call EndStreams
// when the server shuts down.
type Web struct {
	*ui.UI
	publicURL    string
	oidc         []*oidc.Client
	guard        *portal.Guard
	certificates []*clientcert.Provider
	liveUpdates  *sse.Streams
	handler      http.Handler
	patterns     []string // of all routes of pages

	streamsContext context.Context // canceled by EndStreams
	endStreams     context.CancelFunc
}

// New checks the configuration, parses the templates and builds the routes. It returns an error if a required field of c is nil.
func New(c Config) (*Web, error) {
	if c.App == nil || c.Middleware == nil {
		return nil, errors.New("web: App and Middleware are required")
	}
	u, err := ui.New(ui.Config{App: c.App, Middleware: c.Middleware, Documents: c.Documents, Log: c.Log, MinFillTime: c.MinFillTime})
	if err != nil {
		return nil, err
	}
	if err := u.AddTemplates(templateFiles); err != nil {
		return nil, err
	}
	w := &Web{UI: u, publicURL: c.PublicURL, oidc: c.OIDC, guard: cmp.Or(c.Portal, &portal.Guard{}), certificates: c.Certificates}
	u.CitizenLogin = u.Identity.CitizenPasswords || len(w.loginWays(idp.ForCitizens, "")) > 0
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
		w.patterns = append(w.patterns, r.Pattern)
	}
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(w.denyCrossOrigin))
	w.handler = crossOrigin.Handler(w.Middleware.Wrap(w.middlewareConfig(mux)))
	return w, nil
}

// ServeHTTP serves one request.
func (w *Web) ServeHTTP(rw http.ResponseWriter, r *http.Request) { w.handler.ServeHTTP(rw, r) }

// EndStreams ends every stream of live updates. A page connects again and sends the last event id that it received.
func (w *Web) EndStreams() { w.endStreams() }

// Patterns returns the patterns of all routes of pages, with which tests compare the table of rights.
func (w *Web) Patterns() []string { return w.patterns }

// isHTTPS reports whether browsers reach the service over https.
func (w *Web) isHTTPS() bool { return strings.HasPrefix(w.publicURL, "https://") }

// routes returns the routes of all pages. Paths are Italian, because people read them in the address bar.
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
	factors, err := secondfactor.New(secondfactor.Config{Identity: w.Identity, Accounts: w.App.Accounts, Keys: w.App.Store.Keyring(), PublicURL: w.publicURL})
	if err != nil {
		return nil, err
	}
	own, err := account.New(w.UI, account.Config{Factors: factors, SetSession: w.setSession, Source: w.source})
	if err != nil {
		return nil, err
	}
	files := []ui.Route{{Pattern: "GET " + ui.FilePath + "{address}", Access: ui.Anyone, Cookieless: true, Handle: w.ServeFile}}
	return slices.Concat(files, w.sessionRoutes(), own.Routes(), w.portalRoutes(), w.providerRoutes(), w.eventsRoutes(), w.notificationRoutes(), w.documentRoutes(),
		operators.Routes(), citizens.Routes(), supervisors.Routes(), auditors.Routes(), administrators.Routes()), nil
}
