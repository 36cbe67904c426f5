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

// visit is one request of a browser: who makes it, and what is to be answered.
type visit struct {
	*http.Request
	rw      http.ResponseWriter
	caller  casework.Caller
	session identity.Session // zero without one
	token   string           // of the session
	ended   bool             // a session's cookie came, and the session is over
	partial bool             // htmx asks for a part of the page
}

// admit lets a visitor through to a page, or sends them where they can get in.
func (w *Web) admit(r route) http.HandlerFunc {
	if r.body == 0 {
		r.body = entrance.SmallBody
	}
	return func(rw http.ResponseWriter, req *http.Request) {
		req.Body = http.MaxBytesReader(rw, req.Body, r.body)
		v := &visit{Request: req, rw: rw, partial: req.Header.Get("HX-Request-Type") == "partial"}
		err := w.identify(v, r.unasked)
		if err == nil {
			entrance.Note(req.Context(), v.caller.Actor)
			err = w.allow(v, r)
		}
		if r.body > entrance.SmallBody && (err == nil || errors.Is(err, errLogin)) { // who has to log in again is shown what they sent
			done, ok := w.Entrance.TakeIn(req)
			if ok {
				defer done()
			} else {
				err = errCrowded
			}
		}
		if err == nil {
			err = r.serve(v)
		}
		if err != nil {
			w.failed(v, err)
		}
	}
}

// identify finds out who comes: by the session's cookie, or by the personal link that stands in the path. What the page does
// unasked shows nobody at work, so that a tab that was left open ends its session in time.
func (w *Web) identify(v *visit, unasked bool) error {
	v.caller = casework.Caller{Actor: person.Actor{Role: person.Anonymous}, From: w.Entrance.Address(v.Request)}
	if link := v.PathValue("link"); link != "" {
		if actor, ok := w.identity.FollowLink(link); ok {
			v.caller = casework.Holder(ticket.ID(actor.ID), v.caller.From)
			return nil
		}
	}
	cookie, err := v.Cookie(w.cookieName())
	if err != nil {
		return nil
	}
	authenticate := w.identity.Authenticate
	if unasked {
		authenticate = w.identity.Check
	}
	s, err := authenticate(v.Context(), cookie.Value)
	if errors.Is(err, identity.ErrNoSession) {
		w.forget(v) // what it was is over
		v.ended = true
		return nil
	}
	if err != nil {
		return err
	}
	v.session, v.token, v.caller.Actor = s, cookie.Value, s.Actor
	return nil
}

// errors that are answered by a page of their own.
var (
	errLogin  = errors.New("not logged in")
	errChoose = errors.New("no role chosen")
	errRole   = errors.New("not for this role")
	errLink   = errors.New("no such personal link")

	errCrowded = errors.New("too many large forms at a time")
)

// limitedError tells how long to wait.
type limitedError struct{ seconds int }

func (limitedError) Error() string { return "too many requests" }

func (w *Web) allow(v *visit, r route) error {
	limit, client := r.limit, v.caller.From
	if limit == nil {
		limit = w.Entrance.Public
		if v.session.Account != "" {
			limit, client = w.Entrance.Session, v.session.Account
		}
	}
	if wait, ok := limit.Take(client, w.now(), v.rw.Header()); !ok {
		return limitedError{int(wait.Seconds()) + 1}
	}
	switch {
	case r.by == anybody:
		return nil
	case r.by == holder && v.caller.Link != "":
		return nil
	case r.by == holder && !eventstore.IsID(v.PathValue("link")): // no id: it was meant to be a link
		return errLink
	case v.session.Account == "":
		return errLogin
	case r.by == loggedIn:
		return nil
	case v.session.Actor.Role == "":
		return errChoose
	case !identity.Allows(v.session.Actor.Role, r.action):
		return errRole
	}
	return nil
}

// go303 sends the browser on after something was done: a reload does it no second time.
func (v *visit) go303(to string) error {
	http.Redirect(v.rw, v.Request, to, http.StatusSeeOther)
	return nil
}

// inside is a path of ours to go on to; everything else leads home. Browsers leave tabs and line ends out of an address before
// they read it, and take \ for /.
func inside(path, otherwise string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsRune(path, '\\') || strings.ContainsFunc(path, unicode.IsControl) {
		return otherwise
	}
	return path
}
