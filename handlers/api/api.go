// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package api is the door for programs: the JSON API of architecture.md ("Contract with the outside"), its OpenAPI
// document, health and metrics.
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

	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/handlers/middleware"
)

// Config configures the API. App and Notifications are required, the rest has defaults.
type Config struct {
	App           *app.Service
	Notifications *notification.Store

	Version     string               // of the program, shown in the OpenAPI document; empty: "dev"
	PublicURL   string               // of the service, named by the OpenAPI document; empty: "/", where the document was read
	Log         *slog.Logger         // nil: slog.Default
	Metrics     *prometheus.Registry // served at /metrics; nil: a new one
	Middleware  *middleware.Stack    // shared with other doors; nil: one of its own, with its defaults
	Timeout     time.Duration        // for answering one request, streams excepted; 0: 30 s
	BodyTimeout time.Duration        // for a request's body to arrive; 0: 60 s
	Heartbeat   time.Duration        // between signs of life on a stream, at which rights are checked too; 0: 15 s
}

// API answers requests. Whoever runs its server calls EndStreams when it shuts down.
type API struct {
	Config
	handler http.Handler
	huma    huma.API

	closing    context.Context // ends when streams must
	endStreams context.CancelFunc
}

// New checks the configuration and builds the API.
func New(c Config) (*API, error) {
	if c.App == nil || c.Notifications == nil {
		return nil, errors.New("api: App and Notifications are required")
	}
	if c.Timeout < 0 || c.BodyTimeout < 0 || c.Heartbeat < 0 {
		return nil, errors.New("api: durations cannot be negative")
	}
	if c.Version == "" {
		c.Version = "dev"
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
	a.huma = humago.New(mux, openAPIConfig(c.Version, c.PublicURL))
	a.registerSessions()
	a.registerOpen()
	a.registerLists()
	a.registerDashboard()
	a.registerTicket()
	a.registerUpdates()
	a.registerPlaybook()
	a.registerNotifications()
	a.registerReplies()
	a.registerEvents()
	a.registerStream()
	a.registerCatalogue()
	if err := a.registerOperations(mux); err != nil {
		return nil, err
	}
	a.handler = a.Middleware.Wrap(a.middlewareHandlers(mux))
	return a, nil
}

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// EndStreams makes every stream end; a client comes back with the last id it saw.
func (a *API) EndStreams() { a.endStreams() }

// now is the wall clock: limits and Retry-After are about waiting, whatever time the log keeps.
func (*API) now() time.Time { return time.Now() }
