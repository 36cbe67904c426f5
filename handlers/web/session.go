// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"net/url"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
	"github.com/sol-assistenza/sol/handlers/web/account"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

func (w *Web) sessionRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /{$}", Access: ui.Anyone, Handle: w.landingPage},
		{Pattern: "GET /accesso", Access: ui.Anyone, Handle: w.loginPage},
		{Pattern: "POST /accesso", Access: ui.Anyone, Limit: w.Middleware.Login, Handle: w.login},
		{Pattern: "GET /accesso/ruolo", Access: ui.LoggedIn, Handle: w.placementPage},
		{Pattern: "POST /accesso/ruolo", Access: ui.LoggedIn, Handle: w.choosePlacement},
		{Pattern: "GET /accesso/credenziali", Access: ui.LoggedIn, BeforeChange: true, BeforeSetup: true, Handle: w.credentialsPage},
		{Pattern: "POST /accesso/credenziali", Access: ui.LoggedIn, BeforeChange: true, BeforeSetup: true, Limit: w.Middleware.Login, Handle: w.changeCredentials},
		{Pattern: "POST /uscita", Access: ui.Anyone, Handle: w.logout},
	}
}

// cookieName returns the name of the session's cookie. Over https its prefix __Host- makes browsers bind the cookie to this host.
func (w *Web) cookieName() string {
	if w.isHTTPS() {
		return "__Host-sol"
	}
	return "sol"
}

// setSessionCookie sends the session's token. The browser keeps it until the browser is closed.
func (w *Web) setSessionCookie(r *ui.Request, token string) { w.writeSessionCookie(r, token, 0) }

// clearSessionCookie deletes the session's cookie.
func (w *Web) clearSessionCookie(r *ui.Request) { w.writeSessionCookie(r, "", -1) }

func (w *Web) writeSessionCookie(r *ui.Request, token string, maxAge int) {
	http.SetCookie(r.Writer, &http.Cookie{ //nolint:gosec // G124: Secure is set if PublicURL is https
		Name: w.cookieName(), Value: token, Path: "/", HttpOnly: true, Secure: w.isHTTPS(), SameSite: http.SameSiteLaxMode, MaxAge: maxAge,
	})
}

// deviceCookieAge is the time, in seconds, for which a browser keeps the token of its device: 90 days after the last login.
const deviceCookieAge = 90 * 24 * 60 * 60

// deviceToken returns the token by which the browser is known from an earlier login: guesses of others cannot lock it out.
func (w *Web) deviceToken(r *ui.Request) string {
	c, err := r.Cookie(w.cookieName() + "-device")
	if err != nil {
		return ""
	}
	return c.Value
}

func (w *Web) setDeviceCookie(r *ui.Request, token string) {
	http.SetCookie(r.Writer, &http.Cookie{ //nolint:gosec // G124: as the session's cookie
		Name: w.cookieName() + "-device", Value: token, Path: "/", HttpOnly: true, Secure: w.isHTTPS(), SameSite: http.SameSiteStrictMode, MaxAge: deviceCookieAge,
	})
}

// loginData is the login form of FAQ 2.1 as typed, without password and PIN.
type loginData struct {
	Username        string
	Next            string
	Unsent          string     // the text of a form that was sent after the session had ended
	Staff, Citizens []loginWay // through identity providers; set by renderLogin
}

func (w *Web) loginPage(r *ui.Request) error {
	return w.renderLogin(r, http.StatusOK, nil, loginData{Next: ui.LocalPath(r.FormValue("poi"), "")})
}

func (w *Web) renderLogin(r *ui.Request, status int, p *ui.Problem, d loginData) error {
	d.Staff, d.Citizens = w.loginWays(idp.ForStaff, d.Next), w.loginWays(idp.ForCitizens, d.Next)
	return w.Render(r, status, ui.Page{Template: "accesso", Title: "Accesso riservato", Problem: p, Data: d})
}

// renderLoginAgain shows the login page with the text of a form that was sent after the session had ended. The text is not stored
// anywhere, so the page must show it.
func (w *Web) renderLoginAgain(r *ui.Request, unsent string) error {
	p := &ui.Problem{
		Status: http.StatusUnauthorized, Title: "La sessione è finita mentre scriveva",
		Text: "Ciò che ha scritto non è stato inviato: lo trova qui sotto. Lo copi, acceda di nuovo e lo incolli nella pagina che si apre.",
	}
	d := loginData{Unsent: unsent}
	for name, path := range map[string]string{"id": "/ticket/", "link": "/richieste/", "queue": "/code/"} {
		if value := r.PathValue(name); value != "" {
			d.Next = path + url.PathEscape(value)
		}
	}
	return w.renderLogin(r, p.Status, p, d)
}

func (w *Web) login(r *ui.Request) error {
	d := loginData{Username: r.FormValue("utente"), Next: ui.LocalPath(r.FormValue("poi"), "")}
	s, err := w.Identity.LoginFrom(r.Context(), d.Username, r.FormValue("password"), r.FormValue("pin"), w.source(r))
	if err != nil {
		p := ui.ProblemOf(err)
		if p.Status >= http.StatusInternalServerError {
			return err
		}
		return w.renderLogin(r, p.Status, p, d)
	}
	if err := w.startSession(r, s); err != nil {
		return err
	}
	return r.Redirect(account.AfterLogin(s, d.Next))
}

// startSession sends the token of the session that a login began to the browser. The session that the browser had before ends, whoever began it.
func (w *Web) startSession(r *ui.Request, s identity.Session) error {
	if r.Token != "" {
		if err := w.Identity.EndSession(r.Context(), r.Token); err != nil {
			return err
		}
	}
	w.setSession(r, s)
	return nil
}

// source returns where a request comes from.
func (w *Web) source(r *ui.Request) identity.Source {
	return identity.Source{Address: r.Caller.From, Device: w.deviceToken(r)}
}

// setSession sends the token of a session to the browser, and that of its device if it has one.
func (w *Web) setSession(r *ui.Request, s identity.Session) {
	w.setSessionCookie(r, s.Token)
	if s.Device != "" {
		w.setDeviceCookie(r, s.Device)
	}
}

// placementData holds the placements that the reader can choose after login (FAQ 2.1: ruolo e collocazione).
type placementData struct {
	Placements []placementChoice
	Next       string
}

type placementChoice struct {
	identity.Placement
	Current bool
}

func (w *Web) loadPlacements(r *ui.Request) (placementData, error) {
	d := placementData{Next: ui.LocalPath(r.FormValue("poi"), "")}
	all, err := w.Identity.Placements(r.Context(), r.Session.Account)
	for _, p := range all {
		d.Placements = append(d.Placements, placementChoice{p, p.Role == r.Session.Actor.Role && p.Entity == r.Session.Actor.Entity})
	}
	return d, err
}

func (w *Web) placementPage(r *ui.Request) error {
	d, err := w.loadPlacements(r)
	if err != nil {
		return err
	}
	return w.Render(r, http.StatusOK, ui.Page{Template: "ruolo", Title: "Ruolo e collocazione", Data: d})
}

func (w *Web) choosePlacement(r *ui.Request) error {
	s, err := w.Identity.ChoosePlacement(r.Context(), r.Token, person.Role(r.FormValue("ruolo")), catalog.EntityCode(r.FormValue("ente")))
	if err != nil {
		p := ui.ProblemOf(err)
		if p.Status >= http.StatusInternalServerError {
			return err
		}
		d, loadErr := w.loadPlacements(r)
		if loadErr != nil {
			return loadErr
		}
		return w.Render(r, p.Status, ui.Page{Template: "ruolo", Title: "Ruolo e collocazione", Problem: p, Data: d})
	}
	w.setSessionCookie(r, s.Token)
	return r.Redirect(ui.HomePath(s.Actor.Role))
}

func (w *Web) logout(r *ui.Request) error {
	if r.Token != "" {
		if err := w.Identity.EndSession(r.Context(), r.Token); err != nil {
			return err
		}
	}
	w.clearSessionCookie(r)
	provider := w.logoutURL(r)
	w.setHintCookie(r, "")
	if provider != "" {
		r.Session, r.Caller = identity.Session{}, app.Caller{}
		r.Writer.Header().Set("Refresh", "0; url="+provider) // a redirect would end a form of this service at another one, which browsers do not let
		return w.Render(r, http.StatusOK, ui.Page{Template: "uscita-fornitore", Title: "Uscita", Data: provider})
	}
	return r.Redirect("/?fatto=uscita")
}
