// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package account serves the pages on which people care for their own account: second factors, recovery codes and open sessions; and the second
// step of the login.
package account

import (
	"embed"
	"net/http"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/secondfactor"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

//go:embed templates
var templateFiles embed.FS

// Config holds what the pages need beside the UI. All fields are required.
type Config struct {
	Factors *secondfactor.Service
	// SetSession sends the token of a session to the browser, and that of its device if it has one.
	SetSession func(*ui.Request, identity.Session)
	// Source returns where a request comes from.
	Source func(*ui.Request) identity.Source
}

// Pages serves the pages of one's own account.
type Pages struct {
	*ui.UI
	Config
}

// New returns the pages of one's own account and adds their templates to u.
func New(u *ui.UI, c Config) (*Pages, error) {
	return &Pages{u, c}, u.AddTemplates(templateFiles)
}

// Routes returns the routes of the pages of one's own account.
func (p *Pages) Routes() []ui.Route {
	own := func(pattern string, handle func(*ui.Request) error) ui.Route {
		return ui.Route{Pattern: pattern, Access: ui.LoggedIn, BeforeSetup: true, Handle: handle}
	}
	secrets := func(path string, handle func(*ui.Request) error) ui.Route {
		r := own("POST /mio-account"+path, handle)
		r.Limit = p.Middleware.Login
		return r
	}
	return slices.Concat([]ui.Route{
		own("GET /mio-account", p.page),
		secrets("/app", p.beginTOTP), secrets("/app/conferma", p.confirmTOTP), secrets("/chiave", p.beginKey), secrets("/chiave/conferma", p.confirmKey),
		secrets("/fattori/{factor}/togli", p.removeFactor), secrets("/codici", p.renewCodes),
		own("POST /mio-account/sessioni/fine", p.endSessions),
	}, p.loginRoutes())
}

// pageData is what a person sees of their own account.
type pageData struct {
	Username string
	Provider string // at which the person logged in: password, PIN and second factor are there; "": here
	Factors  []factorRow
	Codes    int
	HasCodes bool // the account has a second factor, so recovery codes are of use
	Missing  bool // a second factor must be set up before anything else
	CanKeys  bool // browsers make security keys for the address of the service
	Sessions []sessionRow
	Others   int // open sessions beside this one

	problem *ui.Problem // of what was typed into the form
	form    string
	name    string // of a new factor, as it was typed
}

// formOf returns the name of the form that a request sent: app, chiave, codici, or togli- and the id of a factor.
func formOf(r *ui.Request) string {
	if id := r.PathValue("factor"); id != "" {
		return "togli-" + id
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/mio-account/"), "/")
	return name
}

// ProblemIn returns the problem of a form of the page; nil: another one was sent, or none.
func (d pageData) ProblemIn(form string) *ui.Problem {
	if d.form != form {
		return nil
	}
	return d.problem
}

// NameIn returns the name of a new factor that was typed into a form, or a name to begin with.
func (d pageData) NameIn(form, usual string) string {
	if d.form != form || d.name == "" {
		return usual
	}
	return d.name
}

type factorRow struct {
	secondfactor.Factor
	KindName string
}

type sessionRow struct {
	identity.OpenSession
	Current bool
}

// trail is the breadcrumb of the pages below «Il mio account».
var trail = []ui.Crumb{{Name: "Il mio account", Path: "/mio-account"}}

func (p *Pages) page(r *ui.Request) error { return p.render(r, http.StatusOK, nil) }

func (p *Pages) render(r *ui.Request, status int, problem *ui.Problem) error {
	all, err := p.Factors.List(r.Context(), r.Session.Account)
	if err != nil {
		return err
	}
	d := pageData{
		Username: r.Session.Username, Provider: r.Session.Provider, Codes: all.RecoveryCodes, HasCodes: len(all.Factors) > 0, Missing: r.Session.Factor == identity.FactorMissing,
		CanKeys: p.Factors.CanHaveKeys(), problem: problem, form: formOf(r), name: r.FormValue("nome"),
	}
	for _, f := range all.Factors {
		d.Factors = append(d.Factors, factorRow{f, ui.FactorNames[f.Kind]})
	}
	open, err := p.Identity.OpenSessions(r.Context(), r.Session.Account)
	if err != nil {
		return err
	}
	for _, s := range open {
		current := s.ID == r.Session.ID
		d.Sessions = append(d.Sessions, sessionRow{s, current})
		if !current {
			d.Others++
		}
	}
	return p.Render(r, status, ui.Page{Template: "mio-account", Title: "Il mio account", Problem: problem, Data: d})
}

// refuse shows the page again with the error message of a refusal.
func (p *Pages) refuse(r *ui.Request, err error) error {
	problem := ui.ProblemOf(err)
	if problem.Status >= http.StatusInternalServerError {
		return err
	}
	return p.render(r, problem.Status, problem)
}

// typedSecrets returns the password and PIN that confirm a change.
func typedSecrets(r *ui.Request) accounts.Secrets {
	return accounts.Secrets{Password: r.FormValue("password"), PIN: r.FormValue("pin")}
}

// totpData is what an application needs, and the form for its first code.
type totpData struct {
	ID, Secret, URI string
	QRCode          string // base64 of a PNG; "": it was shown before
}

func (p *Pages) beginTOTP(r *ui.Request) error {
	setup, err := p.Factors.BeginTOTP(r.Context(), r.Session, p.Source(r), typedSecrets(r), r.FormValue("nome"))
	if err != nil {
		return p.refuse(r, err)
	}
	return p.renderTOTP(r, http.StatusOK, nil, setup)
}

func (p *Pages) renderTOTP(r *ui.Request, status int, problem *ui.Problem, setup secondfactor.TOTPSetup) error {
	d := totpData{ID: setup.ID, Secret: groupsOfFour(setup.Secret), URI: setup.URI, QRCode: encodeImage(setup.QRCode)}
	return p.Render(r, status, ui.Page{Template: "app-nuova", Title: "App di autenticazione", Breadcrumb: trail, Problem: problem, Data: d})
}

func (p *Pages) confirmTOTP(r *ui.Request) error {
	id := r.FormValue("fattore")
	added, err := p.Factors.ConfirmTOTP(r.Context(), r.Session, id, r.FormValue("codice"))
	if err != nil {
		problem := ui.ProblemOf(err)
		if problem.Status == http.StatusUnprocessableEntity { // the application has the secret already: only the code is asked for again
			return p.renderTOTP(r, problem.Status, problem, secondfactor.TOTPSetup{ID: id})
		}
		return p.refuse(r, err)
	}
	return p.showAdded(r, added)
}

// codesData holds recovery codes, which are shown once.
type codesData struct{ Codes []string }

// showAdded goes on with the new session after a new factor, and shows the recovery codes that came with the first one.
func (p *Pages) showAdded(r *ui.Request, added secondfactor.Added) error {
	p.SetSession(r, added.Session)
	if added.RecoveryCodes == nil {
		return r.Redirect("/mio-account?fatto=fattore")
	}
	r.Session = added.Session
	return p.showCodes(r, added.RecoveryCodes)
}

func (p *Pages) showCodes(r *ui.Request, codes []string) error {
	return p.Render(r, http.StatusOK, ui.Page{Template: "codici-recupero", Title: "Codici di recupero", Breadcrumb: trail, Data: codesData{codes}})
}

func (p *Pages) renewCodes(r *ui.Request) error {
	codes, err := p.Factors.NewRecoveryCodes(r.Context(), r.Session, p.Source(r), typedSecrets(r))
	if err != nil {
		return p.refuse(r, err)
	}
	return p.showCodes(r, codes)
}

func (p *Pages) removeFactor(r *ui.Request) error {
	if err := p.Factors.Remove(r.Context(), r.Session, p.Source(r), typedSecrets(r), r.PathValue("factor")); err != nil {
		return p.refuse(r, err)
	}
	return r.Redirect("/mio-account?fatto=fattore-tolto")
}

// endSessions ends the session that the form names, or all others.
func (p *Pages) endSessions(r *ui.Request) error {
	choice := identity.SessionChoice{Only: r.FormValue("sessione")}
	if choice.Only == "" {
		choice.Except = r.Session.ID
	}
	if _, err := p.Identity.EndSessions(r.Context(), r.Session.Account, choice, accounts.Owner(r.Session)); err != nil {
		return p.refuse(r, err)
	}
	return r.Redirect("/mio-account?fatto=sessioni")
}
