// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"net/http"
	"net/url"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/identity"
)

func (w *Web) entryRoutes() []route {
	return []route{
		{pattern: "GET /{$}", by: anybody, serve: w.landing},
		{pattern: "GET /accesso", by: anybody, serve: w.loginPage},
		{pattern: "POST /accesso", by: anybody, limit: w.Entrance.Login, serve: w.login},
		{pattern: "GET /accesso/ruolo", by: loggedIn, serve: w.placementPage},
		{pattern: "POST /accesso/ruolo", by: loggedIn, serve: w.choosePlacement},
		{pattern: "POST /uscita", by: anybody, serve: w.logout},
	}
}

// cookieName is that of the session's cookie. Over https browsers take it from us alone, and send it nowhere else.
func (w *Web) cookieName() string {
	if w.secured() {
		return "__Host-sol"
	}
	return "sol"
}

// remember gives the browser the session's token, until it is closed.
func (w *Web) remember(v *visit, token string) { w.setCookie(v, token, 0) }

// forget takes it away.
func (w *Web) forget(v *visit) { w.setCookie(v, "", -1) }

func (w *Web) setCookie(v *visit, token string, maxAge int) {
	http.SetCookie(v.rw, &http.Cookie{ //nolint:gosec // G124: Secure wherever people come over https
		Name: w.cookieName(), Value: token, Path: "/", HttpOnly: true, Secure: w.secured(), SameSite: http.SameSiteLaxMode, MaxAge: maxAge,
	})
}

// loginData is the form of FAQ 2.1, as typed. The secrets are never sent back.
type loginData struct {
	Username string
	Next     string
	Unsent   string // what somebody was sending when their session had ended
}

func (w *Web) loginPage(v *visit) error {
	return w.render(v, http.StatusOK, page{name: "accesso", title: "Accesso riservato", data: loginData{Next: inside(v.FormValue("poi"), "")}})
}

// loginAgain asks somebody to log in whose session ended while they wrote, and shows what they wrote: nothing else has it.
func (w *Web) loginAgain(v *visit, unsent string) error {
	p := &problem{
		Status: http.StatusUnauthorized, Title: "La sessione è finita mentre scriveva",
		Text: "Ciò che ha scritto non è stato inviato: lo trova qui sotto. Lo copi, acceda di nuovo e lo incolli nella pagina che si apre.",
	}
	d := loginData{Unsent: unsent}
	for name, path := range map[string]string{"id": "/ticket/", "link": "/richieste/", "queue": "/code/"} {
		if of := v.PathValue(name); of != "" {
			d.Next = path + url.PathEscape(of)
		}
	}
	return w.render(v, p.Status, page{name: "accesso", title: "Accesso riservato", problem: p, data: d})
}

func (w *Web) login(v *visit) error {
	d := loginData{Username: v.FormValue("utente"), Next: inside(v.FormValue("poi"), "")}
	s, err := w.identity.Login(v.Context(), d.Username, v.FormValue("password"), v.FormValue("pin"))
	if err != nil {
		p := problemOf(err)
		if p.Status >= http.StatusInternalServerError {
			return err
		}
		return w.render(v, p.Status, page{name: "accesso", title: "Accesso riservato", problem: p, data: d})
	}
	w.remember(v, s.Token)
	if s.Actor.Role == "" {
		return v.go303("/accesso/ruolo?poi=" + escape(d.Next))
	}
	return v.go303(cmp.Or(d.Next, home(s.Actor.Role)))
}

// placementData is what may be chosen after login (FAQ 2.1: ruolo e collocazione).
type placementData struct {
	Placements []placementChoice
	Next       string
}

type placementChoice struct {
	identity.Placement
	Current bool
}

func (w *Web) placements(v *visit) (placementData, error) {
	d := placementData{Next: inside(v.FormValue("poi"), "")}
	all, err := w.identity.Placements(v.Context(), v.session.Account)
	for _, p := range all {
		d.Placements = append(d.Placements, placementChoice{p, p.Role == v.session.Actor.Role && p.Entity == v.session.Actor.Entity})
	}
	return d, err
}

func (w *Web) placementPage(v *visit) error {
	d, err := w.placements(v)
	if err != nil {
		return err
	}
	return w.render(v, http.StatusOK, page{name: "ruolo", title: "Ruolo e collocazione", data: d})
}

func (w *Web) choosePlacement(v *visit) error {
	s, err := w.identity.Choose(v.Context(), v.token, person.Role(v.FormValue("ruolo")), catalog.EntityCode(v.FormValue("ente")))
	if err != nil {
		p := problemOf(err)
		if p.Status >= http.StatusInternalServerError {
			return err
		}
		d, again := w.placements(v)
		if again != nil {
			return again
		}
		return w.render(v, p.Status, page{name: "ruolo", title: "Ruolo e collocazione", problem: p, data: d})
	}
	w.remember(v, s.Token)
	return v.go303(home(s.Actor.Role))
}

func (w *Web) logout(v *visit) error {
	if v.token != "" {
		if err := w.identity.End(v.Context(), v.token); err != nil {
			return err
		}
	}
	w.forget(v)
	return v.go303("/?fatto=uscita")
}
