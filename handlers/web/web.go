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

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/canned"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/handlers/draft"
	"github.com/sol-assistenza/sol/handlers/entrance"
	"github.com/sol-assistenza/sol/handlers/follow"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/mail"
	"github.com/sol-assistenza/sol/handlers/notice"
	"github.com/sol-assistenza/sol/handlers/presence"
)

// Config is what the pages are made of. The rooms are required.
type Config struct {
	Cases    *casework.Cases
	Notices  *notice.Notices
	Entrance *entrance.Entrance

	Documents Documents
	Mails     *mail.Door // whose mails administrators look at; nil: they see none

	// PublicURL is where people reach the service. Over https the session's cookie never travels without.
	PublicURL string
	Log       *slog.Logger  // nil: slog.Default
	Heartbeat time.Duration // between signs of life on a stream, at which rights are checked too; 0: 15 s
}

// Web answers browsers. Whoever runs its server calls EndStreams when it shuts down.
type Web struct {
	Config
	cases    *casework.Cases
	identity *identity.Identity
	drafts   *draft.Drafts
	presence *presence.Presence
	canned   *canned.Texts
	assets   *assets
	pages    pages
	sealer   cipher.AEAD // of what is typed, for addresses
	streams  *follow.Streams
	dossier  *template.Template
	handler  http.Handler

	simulating sync.Mutex // one simulation at a time

	closing context.Context // ends when streams must
	end     context.CancelFunc
}

// New checks the configuration and builds the pages.
func New(c Config) (*Web, error) {
	if c.Cases == nil || c.Notices == nil || c.Entrance == nil {
		return nil, errors.New("web: Cases, Notices and Entrance are required")
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Heartbeat <= 0 {
		c.Heartbeat = 15 * time.Second
	}
	w := &Web{Config: c, cases: c.Cases, identity: c.Cases.Identity, drafts: draft.New(c.Cases.Store), presence: presence.New(c.Cases.Store, c.Cases.Identity.Names), canned: canned.Default()}
	w.closing, w.end = context.WithCancel(context.Background())
	w.streams = w.newStreams()
	var err error
	if w.sealer, err = newSealer(c.Cases.Store.KeyedHash); err != nil {
		return nil, err
	}
	if w.assets, err = packedAssets(); err != nil {
		return nil, err
	}
	if w.pages, err = w.parse(); err != nil {
		return nil, err
	}
	if w.dossier, err = w.parseDossier(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+staticRoute, w.assets)
	for _, r := range w.routes() {
		mux.HandleFunc(r.pattern, w.admit(r))
	}
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(w.foreign))
	w.handler = crossOrigin.Handler(w.Entrance.Wrap(w.door(mux)))
	return w, nil
}

func (w *Web) ServeHTTP(rw http.ResponseWriter, r *http.Request) { w.handler.ServeHTTP(rw, r) }

// EndStreams makes every stream end; a page comes back with the last id it saw.
func (w *Web) EndStreams() { w.end() }

// secured tells whether people come over https.
func (w *Web) secured() bool { return strings.HasPrefix(w.PublicURL, "https://") }

// now is the wall clock: limits and cookies are about waiting, whatever time the log keeps.
func (*Web) now() time.Time { return time.Now() }

// route is one page, or one thing to do on it.
type route struct {
	pattern string
	by      admission
	action  identity.Action // that the policy must allow, for those who are placed
	limit   *entrance.Limiter
	body    int64 // bytes; 0: entrance.SmallBody
	unasked bool  // the page does it by itself: it does not keep a session alive
	serve   func(v *visit) error
}

// admission is who is let in.
type admission int

const (
	anybody  admission = iota // with a session or without
	loggedIn                  // in whatever role, or in none yet
	placed                    // who has chosen a role that the action is for
	holder                    // the citizen of one ticket: logged in, or by a personal link in the path
)

// routes are all pages. Their names are Italian: people read them in the address bar.
func (w *Web) routes() []route {
	return slices.Concat(
		w.entryRoutes(),
		w.queueRoutes(),
		w.ticketRoutes(),
		w.assistanceRoutes(),
		w.streamRoutes(),
		w.noticeRoutes(),
		w.requestRoutes(),
		w.auditRoutes(),
		w.adminRoutes(),
		w.peopleRoutes(),
		w.automatismRoutes(),
		w.outboxRoutes(),
		w.bulkRoutes(),
		w.documentRoutes(),
		w.dashboardRoutes(),
	)
}

// home is where somebody goes after login, by role.
func home(role person.Role) string {
	switch {
	case role == "":
		return "/accesso/ruolo"
	case role.Operates():
		return "/code/nuove"
	case role == person.Auditor:
		return "/revisione"
	case role == person.Citizen:
		return "/richieste"
	case role == person.Administrator:
		return "/amministrazione"
	default:
		return "/"
	}
}
