// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package api serves the JSON API under /api/v1, its OpenAPI document, the health report and the metrics. It calls the application service
// and holds no rules of its own. It guarantees that each refusal is a Problem (RFC 9457).
package api

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/handlers/api/bindings"
	"github.com/sol-assistenza/sol/handlers/api/document"
	"github.com/sol-assistenza/sol/handlers/api/privacystatements"
	"github.com/sol-assistenza/sol/handlers/api/sessions"
	"github.com/sol-assistenza/sol/handlers/api/tokens"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity/secondfactor"
	"github.com/sol-assistenza/sol/handlers/middleware"
)

// Config configures the API. App is required, the rest has defaults.
type Config struct {
	App *app.Service

	PublicURL   string               // URL of the service in the OpenAPI document; empty: "/", the server that sent the document
	Log         *slog.Logger         // nil: slog.Default
	Metrics     *prometheus.Registry // for ServeMetrics; nil: a new one
	Middleware  *middleware.Stack    // shared with the pages; nil: an own one with defaults
	Timeout     time.Duration        // maximum time for one response, except streams; 0: 30 s
	BodyTimeout time.Duration        // maximum time for a request's body to arrive; 0: 60 s
	Heartbeat   time.Duration        // interval of heartbeats on a stream, at which the session is checked too; 0: 15 s
}

// API is the HTTP handler of the API. The owner of its server calls EndStreams at shutdown.
type API struct {
	Config
	handler http.Handler
	huma    huma.API

	closing    context.Context // its end makes all streams end
	endStreams context.CancelFunc
}

// New checks the configuration, sets its defaults and builds the API.
func New(c Config) (*API, error) {
	if c.App == nil {
		return nil, errors.New("api: App is required")
	}
	if c.Timeout < 0 || c.BodyTimeout < 0 || c.Heartbeat < 0 {
		return nil, errors.New("api: durations cannot be negative")
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.NewRegistry()
	}
	c.PublicURL = cmp.Or(c.PublicURL, "/")
	c.Timeout = cmp.Or(c.Timeout, 30*time.Second)
	c.BodyTimeout = cmp.Or(c.BodyTimeout, time.Minute)
	c.Heartbeat = cmp.Or(c.Heartbeat, 15*time.Second)
	if c.Middleware == nil {
		c.Middleware = middleware.New(middleware.Config{Log: c.Log, Metrics: c.Metrics})
	}
	a := &API{Config: c}
	a.closing, a.endStreams = context.WithCancel(context.Background())

	mux := http.NewServeMux()
	a.huma = humago.New(mux, document.Head(c.PublicURL))
	factors, err := secondfactor.New(secondfactor.Config{Identity: c.App.Identity, Accounts: c.App.Accounts, Keys: c.App.Store.Keyring(), PublicURL: c.PublicURL})
	if err != nil {
		return nil, err
	}
	sessions.Operations{App: c.App, Factors: factors}.Register(a.registry())
	bindings.Operations{App: c.App}.Register(a.registry())
	tokens.Operations{App: c.App}.Register(a.registry())
	privacystatements.Operations{Statements: c.App.Statements}.Register(a.registry())
	a.registerOpen()
	a.registerLists()
	a.registerDashboard()
	a.registerTicket()
	a.registerUpdates()
	a.registerPlaybook()
	a.registerNotifications()
	a.registerReplies()
	a.registerContacts()
	a.registerEvents()
	a.registerOwnAccesses()
	a.registerAccessRecords()
	a.registerUnusual()
	a.registerAgreements()
	a.registerStream()
	a.registerCatalogue()
	if err := a.registerOperations(mux); err != nil {
		return nil, err
	}
	a.handler = a.Middleware.Wrap(a.middlewareHandlers(mux))
	return a, nil
}

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// EndStreams ends all streams. Clients reconnect with the last id that they got.
func (a *API) EndStreams() { a.endStreams() }

// now returns the time of the node's clock, for rate limits: each node counts for itself.
func (*API) now() time.Time { return time.Now() }
