// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package web is the door for people: the pages of operators, citizens, supervisors, auditors and administrators, rendered
// here and whole without script. Script only makes them quicker: counts that follow, lists that keep their place.
package web

import (
	"context"
	"crypto/cipher"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/draft"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/handlers/app/presence"
	"github.com/sol-assistenza/sol/handlers/app/readymade"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/sse"
)

// Config is what the pages are made of. The rooms are required.
type Config struct {
	App           *app.Service
	Notifications *notification.Store
	Middleware    *middleware.Stack

	Documents Documents

	// PublicURL is where people reach the service. Over https the session's cookie never travels without.
	PublicURL string
	Log       *slog.Logger  // nil: slog.Default
	Heartbeat time.Duration // between signs of life on a stream, at which rights are checked too; 0: 15 s
}

// Web answers browsers. Whoever runs its server calls EndStreams when it shuts down.
type Web struct {
	Config
	cases           *app.Service
	Identity        *identity.Identity
	Drafts          *draft.Store
	Presence        *presence.Tracker
	Readymade       *readymade.Texts
	assets          *assetServer
	pageTemplates   templatesByName
	paramCipher     cipher.AEAD // of what is typed, for addresses
	liveUpdates     *sse.Streams
	dossierTemplate *template.Template
	handler         http.Handler

	simulating sync.Mutex // one simulation at a time

	streamsContext context.Context // ends when streams must
	endStreams     context.CancelFunc
}

// New checks the configuration and builds the pages.
func New(c Config) (*Web, error) {
	if c.App == nil || c.Notifications == nil || c.Middleware == nil {
		return nil, errors.New("web: Cases, Notices and Entrance are required")
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Heartbeat <= 0 {
		c.Heartbeat = 15 * time.Second
	}
	w := &Web{Config: c, cases: c.App, Identity: c.App.Identity, Drafts: draft.New(c.App.Store), Presence: presence.New(c.App.Store, c.App.Identity.Names), Readymade: readymade.Default()}
	w.streamsContext, w.endStreams = context.WithCancel(context.Background())
	w.liveUpdates = w.newLiveUpdates()
	var err error
	if w.paramCipher, err = newParamCipher(c.App.Store.KeyedHash); err != nil {
		return nil, err
	}
	if w.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if w.pageTemplates, err = w.parseTemplates(); err != nil {
		return nil, err
	}
	if w.dossierTemplate, err = w.parseDossier(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+StaticPath, w.assets)
	for _, r := range w.routes() {
		mux.HandleFunc(r.Pattern, w.handle(r))
	}
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(w.denyCrossOrigin))
	w.handler = crossOrigin.Handler(w.Middleware.Wrap(w.middlewareConfig(mux)))
	return w, nil
}

func (w *Web) ServeHTTP(rw http.ResponseWriter, r *http.Request) { w.handler.ServeHTTP(rw, r) }

// EndStreams makes every stream end; a page comes back with the last id it saw.
func (w *Web) EndStreams() { w.endStreams() }

// isHTTPS tells whether people come over https.
func (w *Web) isHTTPS() bool { return strings.HasPrefix(w.PublicURL, "https://") }

// now is the wall clock: limits and cookies are about waiting, whatever time the log keeps.
func (*Web) now() time.Time { return time.Now() }

const (
	Anyone       Access = iota // with a session or without
	LoggedIn                   // in whatever role, or in none yet
	WithRole                   // who has chosen a role that the action is for
	TicketHolder               // the citizen of one ticket: logged in, or by a personal link in the path
)

// routes are all pages. Their names are Italian: people read them in the address bar.
func (w *Web) routes() []Route {
	return slices.Concat(
		w.sessionRoutes(),
		w.queueRoutes(),
		w.ticketRoutes(),
		w.assistanceRoutes(),
		w.eventsRoutes(),
		w.notificationRoutes(),
		w.ownTicketRoutes(),
		w.auditRoutes(),
		w.adminRoutes(),
		w.peopleRoutes(),
		w.automationRoutes(),
		w.outboxRoutes(),
		w.bulkRoutes(),
		w.documentRoutes(),
		w.dashboardRoutes(),
	)
}
