// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/clientcert"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
	"github.com/sol-assistenza/sol/handlers/identity/portal"
	"github.com/sol-assistenza/sol/handlers/web/account"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// portalLoginPath and clientcert.LoginPath begin the paths at which people log in through the portal and with certificates.
const portalLoginPath = "/accesso/portale/"

func (w *Web) portalRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET " + portalLoginPath + "{provider}", Access: ui.Anyone, Limit: w.Middleware.Login, Handle: w.portalLogin},
		{Pattern: "GET " + clientcert.LoginPath + "{provider}", Access: ui.Anyone, Limit: w.Middleware.Login, Handle: w.certificateLogin},
	}
}

// portalLogin logs in whom the portal's proxy names.
func (w *Web) portalLogin(r *ui.Request) error {
	for _, p := range w.guard.Providers {
		if p.Name == r.PathValue("provider") {
			a, err := p.Read(r.Context())
			return w.finishProvided(r, p.Provider, a, err, "")
		}
	}
	return ui.NotFound()
}

// certificateLogin logs in whom a client certificate names, on the listener for certificates. Elsewhere it leads there.
func (w *Web) certificateLogin(r *ui.Request) error {
	for _, p := range w.certificates {
		if p.Name != r.PathValue("provider") {
			continue
		}
		if !p.IsOnListener(r.Context()) {
			return r.Redirect(p.URL + r.URL.RequestURI())
		}
		a, err := p.Read(r.Context())
		return w.finishProvided(r, p.Provider, a, err, w.publicURL)
	}
	return ui.NotFound()
}

// finishProvided starts the session of an assertion, in place of the browser's session, and leads on to where the person wanted. host is "" or the
// address of the service, if the request came to another one. err is an error of the adapter; a refusal is recorded and shown as FAQ 2.2 says.
func (w *Web) finishProvided(r *ui.Request, p idp.Provider, a identity.Assertion, err error, host string) error {
	next := ui.LocalPath(r.FormValue("poi"), "")
	var s identity.Session
	if err == nil {
		s, err = w.App.Accounts.LogIn(r.Context(), p, a, r.Caller.From)
	} else if reason, ok := refusalOf(err); ok {
		if reason.Code == refusal.LoginHeaderUntrusted { // the guard recorded it
			err = &identity.RefusedLoginError{Provider: p.Name, Reason: reason}
		} else {
			w.Log.WarnContext(r.Context(), "log-in refused", "provider", p.Name, "error", err)
			err = w.Identity.RefuseLogin(r.Context(), p.Name, "", r.Caller.From, reason)
		}
	}
	if err != nil {
		problem := ui.ProblemOf(err)
		if problem.Status >= http.StatusInternalServerError {
			return err
		}
		return w.renderLogin(r, problem.Status, problem, loginData{Next: next})
	}
	if err := w.startSession(r, s); err != nil {
		return err
	}
	return r.Redirect(host + account.AfterLogin(s, next))
}

// refusalOf returns the reason for which an adapter refuses a login.
func refusalOf(err error) (refusal.Reason, bool) {
	var header *portal.RefusedError
	var certificate *clientcert.RefusedError
	switch {
	case errors.As(err, &header):
		return header.Reason, true
	case errors.As(err, &certificate):
		return certificate.Reason, true
	}
	return refusal.Reason{}, false
}

// portalLoginFor returns the address that logs in whom the portal's proxy names with a request, and leads back to the page; "" if there is nobody,
// or more than one way.
func (w *Web) portalLoginFor(r *http.Request) string {
	providers := w.guard.For(r.Context())
	if r.Method != http.MethodGet || len(providers) != 1 {
		return ""
	}
	return portalLoginPath + providers[0].Name + "?poi=" + url.QueryEscape(r.URL.RequestURI())
}

// isOther reports whether the portal's proxy names another person than the one who logged in through it, or nobody who may log in.
// So a session that one person left open in a browser is not the next one's.
func (w *Web) isOther(r *http.Request, s identity.Session) bool {
	for _, p := range w.guard.Providers {
		if p.Name == s.Provider && p.IsPresented(r.Context()) {
			a, err := p.Read(r.Context())
			return err != nil || !w.Identity.IsSessionOf(s, a.Subject)
		}
	}
	return false
}

// certificateAdvice is what FAQ 2.1 says of certificates.
const certificateAdvice = "Si accerti che il certificato digitale, o la carta nel lettore, sia configurato correttamente nel browser in uso."

// portalWays returns the ways of an audience to log in through the portal and with certificates. after is the query with the page to go to.
func (w *Web) portalWays(audience idp.Audience, after string) (ways []loginWay) {
	for _, p := range w.guard.Providers {
		if p.Audience == audience {
			ways = append(ways, loginWay{Label: p.Label, Path: portalLoginPath + p.Name + after})
		}
	}
	for _, p := range w.certificates {
		if p.Audience == audience {
			ways = append(ways, loginWay{Label: p.Label, Path: p.LoginPath() + after, Advice: certificateAdvice})
		}
	}
	return ways
}
