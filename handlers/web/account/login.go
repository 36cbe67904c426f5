// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package account

import (
	"cmp"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// FactorPath is the page of the second step of the login.
const FactorPath = "/accesso/secondo-fattore"

// loginRoutes returns the routes of the second step of the login.
func (p *Pages) loginRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET " + FactorPath, Access: ui.LoggedIn, BeforeFactor: true, BeforeChange: true, BeforeSetup: true, Handle: p.factorPage},
		{Pattern: "POST " + FactorPath, Access: ui.LoggedIn, BeforeFactor: true, BeforeChange: true, BeforeSetup: true, Limit: p.Middleware.Login, Handle: p.proveFactor},
		{Pattern: "POST " + FactorPath + "/chiave", Access: ui.LoggedIn, BeforeFactor: true, BeforeChange: true, BeforeSetup: true, Limit: p.Middleware.Login, Handle: p.proveKey},
	}
}

// factorData is the form for the second factor of a login.
type factorData struct {
	Next  string
	Apps  bool // the account has an application
	Codes bool // it has recovery codes left

	HasKeys    bool   // it has a security key
	KeyOptions string // JSON for the script; "": no key can be used now
}

func (p *Pages) factorPage(r *ui.Request) error { return p.renderFactor(r, http.StatusOK, nil) }

func (p *Pages) renderFactor(r *ui.Request, status int, problem *ui.Problem) error {
	next := ui.LocalPath(r.FormValue("poi"), "")
	if r.Session.Factor != identity.FactorDue { // it was given already
		return r.Redirect(cmp.Or(next, ui.HomePath(r.Session.Actor.Role)))
	}
	all, err := p.Factors.List(r.Context(), r.Session.Account)
	if err != nil {
		return err
	}
	d := factorData{Next: next, Apps: all.Has(account.TOTP), Codes: all.RecoveryCodes > 0, HasKeys: all.Has(account.SecurityKey)}
	if d.HasKeys && p.Factors.CanHaveKeys() {
		options, err := p.Factors.BeginProof(r.Context(), r.Session)
		if err != nil && !errors.Is(err, identity.ErrNotFound) { // the key that sealed it was destroyed
			return err
		}
		d.KeyOptions = string(options)
	}
	return p.Render(r, status, ui.Page{Template: "secondo-fattore", Title: "Secondo fattore", Problem: problem, Data: d})
}

// proveFactor takes a code, and leads on as the login does.
func (p *Pages) proveFactor(r *ui.Request) error {
	s, err := p.Factors.Prove(r.Context(), r.Session, p.Source(r), r.FormValue("codice"))
	return p.proven(r, s, err)
}

// proven goes on with the session of a login after its second factor, or shows its page again with the error message.
func (p *Pages) proven(r *ui.Request, s identity.Session, err error) error {
	if r.Session.Factor != identity.FactorDue {
		return p.renderFactor(r, http.StatusOK, nil)
	}
	if err != nil {
		problem := ui.ProblemOf(err)
		if problem.Status >= http.StatusInternalServerError {
			return err
		}
		return p.renderFactor(r, problem.Status, problem)
	}
	p.SetSession(r, s)
	return r.Redirect(AfterLogin(s, ui.LocalPath(r.FormValue("poi"), "")))
}

// AfterLogin returns the page to which a login leads: what its person must do first, or next, the page that they wanted; "": the first page of
// their role.
func AfterLogin(s identity.Session, next string) string {
	to := "?poi=" + url.QueryEscape(next)
	switch {
	case s.Factor == identity.FactorDue:
		return FactorPath + to
	case s.MustChange:
		return "/accesso/credenziali" + to
	case s.Factor == identity.FactorMissing:
		return "/mio-account"
	case s.Actor.Role == "":
		return "/accesso/ruolo" + to
	}
	return cmp.Or(next, ui.HomePath(s.Actor.Role))
}

// groupsOfFour returns a secret in groups of four characters, for those who type it.
func groupsOfFour(secret string) string {
	var b strings.Builder
	for n, r := range secret {
		if n > 0 && n%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func encodeImage(png []byte) string { return base64.StdEncoding.EncodeToString(png) }
