// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web/supervisor"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// handle authenticates and authorizes a request, calls the page's handler, and renders its error.
func (w *Web) handle(r ui.Route) http.HandlerFunc {
	if r.MaxBody == 0 {
		r.MaxBody = middleware.SmallBody
	}
	return func(rw http.ResponseWriter, req *http.Request) {
		req.Body = http.MaxBytesReader(rw, req.Body, r.MaxBody)
		v := &ui.Request{Request: req, Writer: rw, Partial: req.Header.Get("HX-Request-Type") == "partial"}
		err := w.authenticate(v, r.Background)
		if err == nil {
			middleware.SetActor(req.Context(), v.Caller.Actor)
			err = w.authorize(v, r)
		}
		if r.MaxBody > middleware.SmallBody && (err == nil || errors.Is(err, errLogin)) { // who has to log in again is shown what they sent
			done, ok := w.Middleware.AcquireUpload(req)
			if ok {
				defer done()
			} else {
				err = ui.ErrTooManyUploads
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

// authenticate sets the request's caller from the personal link in the path or from the session's cookie. A background request
// does not extend the session, so that a session ends in time although a tab stays open.
func (w *Web) authenticate(v *ui.Request, background bool) error {
	v.Caller = app.Caller{Actor: person.Actor{Role: person.Anonymous}, From: w.Middleware.ClientAddress(v.Request)}
	if link := v.PathValue("link"); link != "" {
		if actor, ok := w.Identity.ParsePersonalLink(link); ok {
			v.Caller = app.LinkHolder(ticket.ID(actor.ID), v.Caller.From)
			return nil
		}
	}
	cookie, err := v.Cookie(w.cookieName())
	if err != nil {
		return nil
	}
	authenticate := w.Identity.Authenticate
	if background {
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

// Errors that lead to another page: to the login, or to the choice of a role.
var (
	errLogin  = errors.New("not logged in")
	errNoRole = errors.New("no role chosen")
)

func (w *Web) authorize(v *ui.Request, r ui.Route) error {
	limit, client := r.Limit, v.Caller.From
	if limit == nil {
		limit = w.Middleware.Public
		if v.Session.Account != "" {
			limit, client = w.Middleware.Session, v.Session.Account
		}
	}
	if wait, ok := limit.Take(client, w.Now(), v.Writer.Header()); !ok {
		return ui.RateLimitedError{Seconds: int(wait.Seconds()) + 1}
	}
	switch {
	case r.Access == ui.Anyone:
		return nil
	case r.Access == ui.TicketHolder && v.Caller.Link != "":
		return nil
	case r.Access == ui.TicketHolder && !eventstore.IsID(v.PathValue("link")): // no id: it was meant to be a link
		return ui.ErrUnknownLink
	case v.Session.Account == "":
		return errLogin
	case r.Access == ui.LoggedIn:
		return nil
	case v.Session.Actor.Role == "":
		return errNoRole
	case !identity.Allows(v.Session.Actor.Role, r.Action):
		return ui.ErrWrongRole
	}
	return nil
}

// middlewareConfig configures the middleware: the routes without a time limit, and the pages for a panic and an unknown path.
func (w *Web) middlewareConfig(mux *http.ServeMux) middleware.Handlers {
	plain := func(rw http.ResponseWriter, r *http.Request, p *ui.Problem) {
		v := &ui.Request{Request: r, Writer: rw}
		if err := w.Render(v, p.Status, ui.Page{Template: "errore", Title: p.Title, Problem: p}); err != nil {
			http.Error(rw, p.Title, p.Status)
		}
	}
	return middleware.Handlers{
		Mux: mux, SetHeaders: w.setSecurityHeaders, StreamRoutes: []string{eventsRoute, supervisor.ExportRoute}, Timeout: requestTimeout,
		OnPanic:   func(rw http.ResponseWriter, r *http.Request, err error) { plain(rw, r, ui.ProblemOf(err)) },
		OnNoRoute: func(rw http.ResponseWriter, r *http.Request, _ string) { plain(rw, r, ui.NotFound()) },
	}
}

// redirectWholePage redirects the browser's page, also when htmx asked for a part of it.
func (w *Web) redirectWholePage(v *ui.Request, to string) {
	if v.Partial {
		v.Writer.Header().Set("HX-Redirect", to)
		return
	}
	http.Redirect(v.Writer, v.Request, to, http.StatusSeeOther)
}

// unsentText returns the text of a form whose sender is no longer logged in; "" if a script sent the form, because the page still
// shows it.
func unsentText(v *ui.Request) string {
	if v.Partial || strings.HasSuffix(v.URL.Path, "/bozza") {
		return ""
	}
	_, _ = v.ParseUpload() // as far as it came
	return strings.TrimSpace(v.FormValue("testo"))
}

// renderError answers a request whose handler returned an error: by the login page, the choice of a role, or the error page.
func (w *Web) renderError(v *ui.Request, err error) {
	switch {
	case errors.Is(err, errLogin):
		next := ""
		if v.Method == http.MethodGet {
			next = "?poi=" + url.QueryEscape(v.URL.RequestURI())
		} else if unsent := unsentText(v); unsent != "" && w.renderLoginAgain(v, unsent) == nil {
			return
		}
		w.redirectWholePage(v, "/accesso"+next)
		return
	case errors.Is(err, errNoRole):
		w.redirectWholePage(v, "/accesso/ruolo")
		return
	}
	p := ui.ProblemOf(err)
	if p.Status == http.StatusInternalServerError {
		w.Log.LogAttrs(v.Context(), slog.LevelError, "page failed", slog.String("request_id", middleware.RequestID(v.Context())), slog.Any("error", err))
	}
	var limited ui.RateLimitedError
	if errors.As(err, &limited) {
		v.Writer.Header().Set("Retry-After", fmt.Sprint(limited.Seconds))
	}
	if p.Status == http.StatusServiceUnavailable {
		v.Writer.Header().Set("Retry-After", "5")
		v.Session = identity.Session{} // the frame would ask the same database
	}
	v.Writer.Header().Set("HX-Retarget", "#avviso") // a part that came to nothing says so above the page, which stays as it was
	v.Writer.Header().Set("HX-Reswap", "innerHTML")
	if again := w.Render(v, p.Status, ui.Page{Template: "errore", Title: p.Title, Problem: p, Part: "done"}); again != nil {
		w.Log.LogAttrs(v.Context(), slog.LevelError, "page failed twice", slog.String("request_id", middleware.RequestID(v.Context())), slog.Any("error", again))
		http.Error(v.Writer, p.Title, p.Status)
	}
}
