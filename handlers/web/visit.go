// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"net/http"
	"strings"
	"unicode"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/handlers/entrance"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// Request is one request of a browser: who makes it, and what is to be answered.
type Request struct {
	*http.Request
	Writer         http.ResponseWriter
	Caller         casework.Caller
	Session        identity.Session // zero without one
	Token          string           // of the session
	SessionExpired bool             // a session's cookie came, and the session is over
	Partial        bool             // htmx asks for a part of the page
}

// handle lets a visitor through to a page, or sends them where they can get in.
func (w *Web) handle(r Route) http.HandlerFunc {
	if r.MaxBody == 0 {
		r.MaxBody = entrance.SmallBody
	}
	return func(rw http.ResponseWriter, req *http.Request) {
		req.Body = http.MaxBytesReader(rw, req.Body, r.MaxBody)
		v := &Request{Request: req, Writer: rw, Partial: req.Header.Get("HX-Request-Type") == "partial"}
		err := w.authenticate(v, r.Background)
		if err == nil {
			entrance.SetActor(req.Context(), v.Caller.Actor)
			err = w.authorize(v, r)
		}
		if r.MaxBody > entrance.SmallBody && (err == nil || errors.Is(err, errLogin)) { // who has to log in again is shown what they sent
			done, ok := w.Middleware.AcquireUpload(req)
			if ok {
				defer done()
			} else {
				err = ErrTooManyUploads
			}
		}
		if err == nil {
			err = r.Handle(v)
		}
		if err != nil {
			w.renderError(v, err)
		}
	}
}

// authenticate finds out who comes: by the session's cookie, or by the personal link that stands in the path. What the page does
// unasked shows nobody at work, so that a tab that was left open ends its session in time.
func (w *Web) authenticate(v *Request, unasked bool) error {
	v.Caller = casework.Caller{Actor: person.Actor{Role: person.Anonymous}, From: w.Middleware.ClientAddress(v.Request)}
	if link := v.PathValue("link"); link != "" {
		if actor, ok := w.Identity.ParsePersonalLink(link); ok {
			v.Caller = casework.LinkHolder(ticket.ID(actor.ID), v.Caller.From)
			return nil
		}
	}
	cookie, err := v.Cookie(w.cookieName())
	if err != nil {
		return nil
	}
	authenticate := w.Identity.Authenticate
	if unasked {
		authenticate = w.Identity.CheckSession
	}
	s, err := authenticate(v.Context(), cookie.Value)
	if errors.Is(err, identity.ErrNoSession) {
		w.clearSessionCookie(v) // what it was is over
		v.SessionExpired = true
		return nil
	}
	if err != nil {
		return err
	}
	v.Session, v.Token, v.Caller.Actor = s, cookie.Value, s.Actor
	return nil
}

// errors that are answered by a page of their own.
var (
	errLogin       = errors.New("not logged in")
	errNoRole      = errors.New("no role chosen")
	ErrWrongRole   = errors.New("not for this role")
	ErrUnknownLink = errors.New("no such personal link")

	ErrTooManyUploads = errors.New("too many large forms at a time")
)

// RateLimitedError tells how long to wait.
type RateLimitedError struct{ Seconds int }

func (RateLimitedError) Error() string { return "too many requests" }

func (w *Web) authorize(v *Request, r Route) error {
	limit, client := r.Limit, v.Caller.From
	if limit == nil {
		limit = w.Middleware.Public
		if v.Session.Account != "" {
			limit, client = w.Middleware.Session, v.Session.Account
		}
	}
	if wait, ok := limit.Take(client, w.now(), v.Writer.Header()); !ok {
		return RateLimitedError{int(wait.Seconds()) + 1}
	}
	switch {
	case r.Access == Anyone:
		return nil
	case r.Access == TicketHolder && v.Caller.Link != "":
		return nil
	case r.Access == TicketHolder && !eventstore.IsID(v.PathValue("link")): // no id: it was meant to be a link
		return ErrUnknownLink
	case v.Session.Account == "":
		return errLogin
	case r.Access == LoggedIn:
		return nil
	case v.Session.Actor.Role == "":
		return errNoRole
	case !identity.Allows(v.Session.Actor.Role, r.Action):
		return ErrWrongRole
	}
	return nil
}

// Redirect sends the browser on after something was done: a reload does it no second time.
func (v *Request) Redirect(to string) error {
	http.Redirect(v.Writer, v.Request, to, http.StatusSeeOther)
	return nil
}

// LocalPath is a path of ours to go on to; everything else leads home. Browsers leave tabs and line ends out of an address before
// they read it, and take \ for /.
func LocalPath(path, otherwise string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsRune(path, '\\') || strings.ContainsFunc(path, unicode.IsControl) {
		return otherwise
	}
	return path
}
