// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
	"github.com/sol-assistenza/sol/handlers/identity/oidc"
	"github.com/sol-assistenza/sol/handlers/web/account"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// providerRoutes returns the routes of logins through identity providers and of their logouts.
func (w *Web) providerRoutes() []ui.Route {
	route := func(pattern string, handle func(*ui.Request) error) ui.Route {
		return ui.Route{Pattern: pattern, Access: ui.Anyone, Limit: w.Middleware.Login, Handle: handle}
	}
	return []ui.Route{
		route("GET "+oidc.StartPath("{provider}"), w.startLogin),
		route("GET "+oidc.ReturnPath("{provider}"), w.finishLogin),
		route("POST "+oidc.BackChannelPath("{provider}"), w.logoutAtProvider),
		route("GET "+oidc.LoggedOutPath, func(r *ui.Request) error { return r.Redirect("/?fatto=uscita") }),
	}
}

// loginWay is a way to log in through a provider, on the login page.
type loginWay struct {
	Label string // of the provider
	Path  string // at which the login starts

	Advice string // what to do before; "": nothing
}

// loginWays returns the ways of an audience, OpenID Connect first, each kind in the order of the configuration.
func (w *Web) loginWays(audience idp.Audience, next string) (ways []loginWay) {
	after := ""
	if next != "" {
		after = "?poi=" + url.QueryEscape(next)
	}
	for _, c := range w.oidc {
		if c.Audience == audience {
			ways = append(ways, loginWay{Label: c.Label, Path: oidc.StartPath(c.Name) + after})
		}
	}
	return append(ways, w.portalWays(audience, after)...)
}

// oidcClient returns the client of the provider that the path names. It returns ui.NotFound without one.
func (w *Web) oidcClient(r *ui.Request) (*oidc.Client, error) {
	for _, c := range w.oidc {
		if c.Name == r.PathValue("provider") {
			return c, nil
		}
	}
	return nil, ui.NotFound()
}

// startLogin sends the browser to the provider. A link, and no form, leads here: browsers do not let a form of this service end at another one.
func (w *Web) startLogin(r *ui.Request) error {
	c, err := w.oidcClient(r)
	if err != nil {
		return err
	}
	next := ui.LocalPath(r.FormValue("poi"), "")
	address, attempt, err := c.Begin(r.Context(), next)
	if err != nil {
		return w.refuseLogin(r, c.Name, refusal.LoginProviderUnavailable, next)
	}
	w.setAttemptCookie(r, attempt.Encode(), int(oidc.AttemptLifetime.Seconds()))
	http.Redirect(r.Writer, r.Request, address, http.StatusSeeOther)
	return nil
}

// finishLogin starts the session of a person who comes back from the provider. The session that the browser had before ends.
func (w *Web) finishLogin(r *ui.Request) error {
	c, err := w.oidcClient(r)
	if err != nil {
		return err
	}
	var attempt oidc.Attempt
	if cookie, err := r.Cookie(w.attemptCookieName()); err == nil {
		attempt, _ = oidc.DecodeAttempt(cookie.Value) // an attempt that is none fits no state
	}
	w.setAttemptCookie(r, "", -1)
	next := ui.LocalPath(attempt.Next, "")
	login, code := c.Finish(r.Context(), attempt, r.URL.Query())
	if code != "" {
		return w.refuseLogin(r, c.Name, code, next)
	}
	s, err := w.App.Accounts.LogIn(r.Context(), c.Provider, login.Assertion, r.Caller.From)
	if err != nil {
		return w.renderRefusedLogin(r, err, next)
	}
	if err := w.startSession(r, s); err != nil {
		return err
	}
	w.setHintCookie(r, login.IDToken)
	return r.Redirect(account.AfterLogin(s, next))
}

// refuseLogin records a refused login and shows why.
func (w *Web) refuseLogin(r *ui.Request, provider string, code refusal.Code, next string) error {
	return w.renderRefusedLogin(r, w.Identity.RefuseLogin(r.Context(), provider, "", r.Caller.From, code.With()), next)
}

// renderRefusedLogin shows the login page with what FAQ 2.2 says to do.
func (w *Web) renderRefusedLogin(r *ui.Request, err error, next string) error {
	var refused *identity.RefusedLoginError
	p := ui.ProblemOf(err)
	if !errors.As(err, &refused) || p.Status == http.StatusInternalServerError {
		return err
	}
	w.Log.Warn("log-in refused", "provider", refused.Provider, "reason", refused.Reason.Code)
	return w.renderLogin(r, p.Status, p, loginData{Next: next})
}

// logoutAtProvider ends the sessions of a person who logged out at the provider, which calls it (OpenID Connect Back-Channel Logout).
func (w *Web) logoutAtProvider(r *ui.Request) error {
	c, err := w.oidcClient(r)
	if err != nil {
		return err
	}
	subject, session, code := c.VerifyLogout(r.Context(), r.PostFormValue("logout_token"))
	if code != "" {
		err := w.Identity.RefuseLogin(r.Context(), c.Name, "", r.Caller.From, code.With())
		if p := ui.ProblemOf(err); p.Status == http.StatusInternalServerError {
			return err
		}
		w.Log.Warn("logout of a provider refused", "provider", c.Name, "reason", code)
		http.Error(r.Writer, `{"error":"invalid_request"}`, http.StatusBadRequest)
		return nil
	}
	// A provider tells many logouts from one address, and none a second time: only wrong ones count against the limit.
	w.Middleware.Login.Refund(r.Caller.From, w.Now())
	ended, err := w.Identity.EndAsserted(r.Context(), c.Name, subject, session)
	if err != nil {
		return err
	}
	w.Log.Info("logged out at the provider", "provider", c.Name, "sessions", ended)
	r.Writer.WriteHeader(http.StatusOK)
	return nil
}

// logoutURL returns the address at which a session also ends at its provider; "": there is none.
func (w *Web) logoutURL(r *ui.Request) string {
	for _, c := range w.oidc {
		if c.Name == r.Session.Provider {
			hint := ""
			if cookie, err := r.Cookie(w.hintCookieName()); err == nil {
				hint = cookie.Value
			}
			return c.LogoutURL(r.Context(), hint)
		}
	}
	for _, p := range w.guard.Providers {
		if p.Name == r.Session.Provider {
			return p.Settings.LogoutURL
		}
	}
	return ""
}

// attemptCookieName returns the name of the cookie that proves that a login ends in the browser in which it began.
func (w *Web) attemptCookieName() string { return w.cookieName() + "-accesso" }

func (w *Web) setAttemptCookie(r *ui.Request, value string, maxAge int) {
	http.SetCookie(r.Writer, &http.Cookie{ //nolint:gosec // G124: as the session's cookie
		Name: w.attemptCookieName(), Value: value, Path: "/", HttpOnly: true, Secure: w.isHTTPS(), SameSite: http.SameSiteLaxMode, MaxAge: maxAge,
	})
}

// hintCookieName returns the name of the cookie with the ID token, which the provider wants at the logout. The token has personal data, so it is
// kept by the person's own browser, and sent to the logout alone.
func (w *Web) hintCookieName() string {
	if w.isHTTPS() {
		return "__Secure-sol-uscita"
	}
	return "sol-uscita"
}

// maxHint is the largest size of an ID token, in bytes, that is kept for the logout. Browsers keep no larger cookie.
const maxHint = 3800

func (w *Web) setHintCookie(r *ui.Request, idToken string) {
	maxAge := 0
	if idToken == "" || len(idToken) > maxHint {
		idToken, maxAge = "", -1
	}
	http.SetCookie(r.Writer, &http.Cookie{ //nolint:gosec // G124: as the session's cookie
		Name: w.hintCookieName(), Value: idToken, Path: oidc.LoggedOutPath, HttpOnly: true, Secure: w.isHTTPS(), SameSite: http.SameSiteLaxMode, MaxAge: maxAge,
	})
}
