// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/looks"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web/account"
	"github.com/sol-assistenza/sol/handlers/web/auditor"
	"github.com/sol-assistenza/sol/handlers/web/supervisor"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// handle authenticates and authorizes a request, calls the page's handler, and renders its error.
func (w *Web) handle(route ui.Route) http.HandlerFunc {
	if route.MaxBody == 0 {
		route.MaxBody = middleware.SmallBody
	}
	return func(rw http.ResponseWriter, request *http.Request) {
		request = request.WithContext(accesslog.WithLook(request.Context()))
		request.Body = http.MaxBytesReader(rw, request.Body, route.MaxBody)
		r := &ui.Request{Request: request, Writer: rw, Partial: request.Header.Get("HX-Request-Type") == "partial"}
		hideSecretPath(r)
		err := w.authenticate(r, route)
		if err == nil {
			middleware.SetActor(request.Context(), r.Caller.Actor)
			err = w.authorize(r, route)
		}
		if err == nil {
			var answered bool
			if answered, err = w.exchangeLink(r); answered {
				return
			}
		}
		if route.MaxBody > middleware.SmallBody && (err == nil || errors.Is(err, errLogin)) { // on errLogin renderError reads the body too
			done, ok := w.Middleware.AcquireUpload(request)
			if ok {
				defer done()
			} else {
				err = ui.ErrTooManyUploads
			}
		}
		if err == nil {
			err = route.Handle(r)
		}
		if err != nil {
			w.renderError(r, cmp.Or(w.recordRefused(r, route, err), err))
		}
	}
}

// recordRefused records a look that err refuses, before the answer leaves.
func (w *Web) recordRefused(r *ui.Request, route ui.Route, err error) error {
	ended := errors.Is(err, ticket.ErrLinkRevoked) || errors.Is(err, ticket.ErrLinkExpired) || errors.Is(err, ui.ErrLinkCookie)
	if errors.Is(err, errNoRole) || errors.Is(err, errBlocked) || !ended && !errors.Is(err, errLogin) && !looks.IsRefusal(ui.ProblemOf(err).Status, err) {
		return nil
	}
	look := looks.Refused{Action: route.Action, File: r.PathValue("file"), Path: route.Pattern}
	if strings.Contains(route.Pattern, "/ticket/{id}") || strings.Contains(route.Pattern, "/revisione/{id}") {
		look.Ticket = r.PathValue("id")
	}
	if route.Access == ui.TicketHolder { // the path has a personal link, or a ticket id in its place
		look.Action = cmp.Or(look.Action, policy.ReadTicket)
		look.Ticket = cmp.Or(string(r.Caller.Link), look.Ticket, namedTicket(r))
	}
	return w.App.Looks.RecordRefused(r.Context(), r.Caller, look)
}

// authenticate sets the request's caller from the personal link in the path, from the cookie for which it was exchanged, or from the session's cookie. A background request does
// not extend the session, so that a session also ends after its idle time if a tab stays open.
func (w *Web) authenticate(r *ui.Request, route ui.Route) error {
	from, workstation := w.Middleware.ClientAddress(r.Request), w.Middleware.Workstation(r.Request)
	r.Caller = app.Caller{Actor: person.Actor{Role: person.Anonymous}, From: from, Client: w.App.Looks.Client("", from, workstation)}
	if link := r.PathValue("link"); link != "" {
		if holder, secret, ok, err := w.findHolder(r, link); ok || err != nil {
			r.Caller.Client = w.App.Looks.Client(secret, from, workstation)
			if err == nil {
				holder.Client = r.Caller.Client
				r.Caller = holder
			}
			return err
		}
	}
	cookie, err := r.Cookie(w.cookieName())
	if err != nil || route.Cookieless {
		return nil
	}
	authenticate := w.Identity.Authenticate
	if route.Background {
		authenticate = w.Identity.CheckSession
	}
	s, err := authenticate(r.Context(), cookie.Value)
	if errors.Is(err, identity.ErrNoSession) {
		w.clearSessionCookie(r)
		r.SessionExpired = true
		r.Caller.Client = w.App.Looks.Client(cookie.Value, from, workstation)
		return nil
	}
	if err != nil {
		return err
	}
	if w.isOther(r.Request, s) {
		w.clearSessionCookie(r)
		r.SessionExpired = true
		return w.Identity.EndSession(r.Context(), cookie.Value)
	}
	r.Session, r.Token = s, cookie.Value
	r.Caller.Client = w.App.Looks.Client(cookie.Value, from, workstation)
	if !s.IsBlocked() { // otherwise only pages for anyone are shown, as to an anonymous reader
		r.Caller.Actor = s.Actor
	}
	return nil
}

// Errors that renderError answers with a redirect: errLogin to the login page, errNoRole to the choice of a role.
var (
	errLogin  = errors.New("not logged in")
	errNoRole = errors.New("no role chosen")
	// errBlocked leads to the page of what must be done first: give a second factor, replace password and PIN, or set up a second factor.
	errBlocked = errors.New("something must be done first")
)

// authorize applies the rate limit, then the route's access rule. The limit is the route's own one, or that of the account, or that
// of the client address. Errors: ui.RateLimitedError, ui.ErrUnknownLink, ui.ErrWrongRole, errLogin, errNoRole, errBlocked.
func (w *Web) authorize(r *ui.Request, route ui.Route) error {
	limit, client := route.Limit, r.Caller.From
	if limit == nil {
		limit = w.Middleware.Public
		if r.Session.Account != "" {
			limit, client = w.Middleware.Session, r.Session.Account
		}
	}
	if wait, ok := limit.Take(client, w.Now(), r.Writer.Header()); !ok {
		return ui.RateLimitedError{Seconds: int(wait.Seconds()) + 1}
	}
	switch {
	case route.Access == ui.Anyone:
		return nil
	case route.Access == ui.TicketHolder && r.Caller.Link != "":
		return nil
	case route.Access == ui.TicketHolder && !eventstore.IsID(r.PathValue("link")): // the path has no ticket id, so it has a wrong personal link
		return ui.ErrUnknownLink
	case r.Session.Account == "":
		return errLogin
	case r.Session.Factor == identity.FactorDue && !route.BeforeFactor, r.Session.MustChange && !route.BeforeChange,
		r.Session.Factor == identity.FactorMissing && !route.BeforeSetup:
		return errBlocked
	case route.Access == ui.LoggedIn:
		return nil
	case r.Session.Actor.Role == "":
		return errNoRole
	case !policy.May(r.Session.Actor, route.Action):
		return ui.ErrWrongRole
	}
	return nil
}

// middlewareConfig configures the middleware: the routes without a time limit, and the pages for a panic and an unknown path.
func (w *Web) middlewareConfig(mux *http.ServeMux) middleware.Handlers {
	renderProblem := func(r *ui.Request, p *ui.Problem) {
		if err := w.Render(r, p.Status, ui.Page{Template: "errore", Title: p.Title, Problem: p}); err != nil {
			http.Error(r.Writer, p.Title, p.Status)
		}
	}
	return middleware.Handlers{
		Mux: mux, SetHeaders: w.setSecurityHeaders, StreamRoutes: []string{eventsRoute, supervisor.ExportRoute, auditor.ReportRoute}, Timeout: requestTimeout,
		OnPanic: func(rw http.ResponseWriter, r *http.Request, err error) {
			renderProblem(&ui.Request{Request: r, Writer: rw}, ui.ProblemOf(err))
		},
		OnNoRoute: func(rw http.ResponseWriter, request *http.Request, _ string) {
			r := &ui.Request{Request: request, Writer: rw}
			hideSecretPath(r)
			if err := w.authenticate(r, ui.Route{Background: true}); err != nil {
				r.Session = identity.Session{} // the page has the header of an anonymous reader
			}
			renderProblem(r, ui.NotFound())
		},
	}
}

// redirectWholePage redirects the whole page, also if htmx requested a part of it.
func (w *Web) redirectWholePage(r *ui.Request, to string) {
	if r.Partial {
		r.Writer.Header().Set("HX-Redirect", to)
		return
	}
	http.Redirect(r.Writer, r.Request, to, http.StatusSeeOther)
}

// unsentText returns the field «testo» of a form that a person sent after the session had ended. It returns "" for a form that a
// script sent, because the page still shows the text.
func unsentText(r *ui.Request) string {
	if r.Partial || strings.HasSuffix(r.URL.Path, "/bozza") {
		return ""
	}
	_, _ = r.ParseUpload() // on an error the fields before it are still read
	return strings.TrimSpace(r.FormValue("testo"))
}

// renderError answers a request that failed with err: it sends the login page, the choice of a role, or the error page.
func (w *Web) renderError(r *ui.Request, err error) {
	switch {
	case errors.Is(err, errLogin) && w.portalLoginFor(r.Request) != "":
		w.redirectWholePage(r, w.portalLoginFor(r.Request))
		return
	case errors.Is(err, errLogin):
		next := ""
		if r.Method == http.MethodGet {
			next = ui.LocalPath(r.URL.RequestURI(), "/")
		} else if unsent := unsentText(r); unsent != "" && w.renderLoginAgain(r, unsent) == nil {
			return
		}
		to := url.Values{}
		if next != "" {
			to.Set("poi", next)
		}
		if r.SessionExpired {
			to.Set("fatto", "sessione-finita")
		}
		w.redirectWholePage(r, strings.TrimSuffix("/accesso?"+to.Encode(), "?"))
		return
	case errors.Is(err, errNoRole):
		w.redirectWholePage(r, "/accesso/ruolo")
		return
	case errors.Is(err, errBlocked):
		next := ""
		if r.Method == http.MethodGet && !r.Partial {
			next = ui.LocalPath(r.URL.RequestURI(), "")
		}
		w.redirectWholePage(r, account.AfterLogin(r.Session, next))
		return
	}
	p := ui.ProblemOf(err)
	if p.Status == http.StatusInternalServerError {
		middleware.LogFailure(r.Context(), w.Log, "page failed", err)
	}
	var limited ui.RateLimitedError
	if errors.As(err, &limited) {
		r.Writer.Header().Set("Retry-After", fmt.Sprint(limited.Seconds))
	}
	if p.Status == http.StatusServiceUnavailable {
		r.Writer.Header().Set("Retry-After", "5")
		r.Session = identity.Session{} // with a session the frame would query the same database
	}
	r.Writer.Header().Set("HX-Retarget", "#avviso") // htmx shows the error above the page and leaves the page unchanged
	r.Writer.Header().Set("HX-Reswap", "innerHTML")
	if renderErr := w.Render(r, p.Status, ui.Page{Template: "errore", Title: p.Title, Problem: p, Part: "done"}); renderErr != nil {
		middleware.LogFailure(r.Context(), w.Log, "error page failed", renderErr)
		http.Error(r.Writer, p.Title, p.Status)
	}
}
