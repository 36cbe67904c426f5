// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"net/http"
	"net/url"

	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// credentialsData is the form with which a person replaces their password and PIN. Nothing that is typed is shown again.
type credentialsData struct {
	Next       string
	MustChange bool
	Username   string
}

func (w *Web) credentialsPage(r *ui.Request) error {
	return w.renderCredentials(r, http.StatusOK, nil)
}

func (w *Web) renderCredentials(r *ui.Request, status int, problem *ui.Problem) error {
	d := credentialsData{Next: ui.LocalPath(r.FormValue("poi"), ""), MustChange: r.Session.MustChange, Username: r.Session.Username}
	return w.Render(r, status, ui.Page{Template: "credenziali", Title: "Cambi password e PIN", Problem: problem, Data: d})
}

// changeCredentials replaces password and PIN, and leads on to the page that the person wanted.
func (w *Web) changeCredentials(r *ui.Request) error {
	next := ui.LocalPath(r.FormValue("poi"), "")
	chosen := accounts.Secrets{Password: r.FormValue("nuova"), PIN: r.FormValue("nuovo-pin")}
	if repeated := r.FormValue("ripeti"); repeated != chosen.Password {
		return w.renderCredentials(r, http.StatusUnprocessableEntity, &ui.Problem{
			Title: "Qualcosa va corretto", Text: "Non è stato modificato nulla.",
			Fields: []ui.FieldProblem{{Field: "ripeti", Text: "Le due password nuove sono diverse: la scriva di nuovo."}},
		})
	}
	s, err := w.App.Accounts.ChangeOwn(r.Context(), r.Session, w.source(r), accounts.Secrets{Password: r.FormValue("password"), PIN: r.FormValue("pin")}, chosen)
	if err != nil {
		problem := ui.ProblemOf(err)
		if problem.Status >= http.StatusInternalServerError {
			return err
		}
		return w.renderCredentials(r, problem.Status, problem)
	}
	w.setSessionCookie(r, s.Token)
	if s.Factor == identity.FactorMissing {
		return r.Redirect("/mio-account?fatto=credenziali")
	}
	if s.Actor.Role == "" {
		return r.Redirect("/accesso/ruolo?fatto=credenziali&poi=" + url.QueryEscape(next))
	}
	return r.Redirect(cmp.Or(next, ui.HomePath(s.Actor.Role)+"?fatto=credenziali"))
}
