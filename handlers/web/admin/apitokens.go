// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"errors"
	"net/http"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/app/apitokens"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// tokenRoutes returns the routes of the API tokens of integrations.
func (p *Pages) tokenRoutes() []ui.Route {
	route := func(method, path string, handle func(*ui.Request) error) ui.Route {
		return ui.Route{Pattern: method + " /amministrazione/chiavi" + path, Access: ui.WithRole, Action: policy.Administer, Handle: handle}
	}
	return []ui.Route{route("GET", "", p.tokensPage), route("POST", "", p.issueToken), route("POST", "/{token}/revoca", p.revokeToken)}
}

// scopeNames holds the Italian names of the scopes.
var scopeNames = map[policy.Scope]string{
	policy.ScopeOpenTickets: "Aprire richieste", policy.ScopeReadTickets: "Leggere le richieste dell’ente e i loro allegati, senza le note per gli operatori",
	policy.ScopeExportTickets: "Esportare gli elenchi del cruscotto, senza nomi di cittadini", policy.ScopeReadFigures: "Leggere i dati del cruscotto",
}

type tokensData struct {
	Rows     []tokenRow
	Scopes   []scopeChoice
	Entities []catalog.Entity
	Typed    tokenForm
	Name     string // of the new token
	Secret   string // of the new token, which is shown once; "": none
	Waits    bool   // the new token waits for a second administrator
}

type tokenRow struct {
	apitokens.Token
	EntityName, ScopeNames string
}

type scopeChoice struct {
	ID            policy.Scope
	Name          string
	Chosen, Reads bool
}

// tokenForm is the form of a new token as typed.
type tokenForm struct{ Username, Name, Entity, ExpiresOn string }

func (p *Pages) tokensPage(r *ui.Request) error {
	return p.renderTokens(r, http.StatusOK, nil, tokensData{})
}

func (p *Pages) renderTokens(r *ui.Request, status int, problem *ui.Problem, d tokensData) error {
	d.Entities = p.App.Catalog.Entities(p.App.Store.Now())
	for _, s := range policy.Scopes() {
		d.Scopes = append(d.Scopes, scopeChoice{s, scopeNames[s], problem == nil && !s.Reads() || problem != nil && r.FormValue("ambito-"+string(s)) != "", s.Reads()})
	}
	all, err := p.App.Accounts.Tokens.List(r.Context())
	if err != nil {
		return err
	}
	for _, t := range all {
		row := tokenRow{Token: t, EntityName: "tutti gli enti"}
		if t.Entity != "" {
			row.EntityName = p.EntityName(t.Entity)
		}
		for n, s := range t.Scopes {
			if n > 0 {
				row.ScopeNames += ", "
			}
			row.ScopeNames += scopeNames[s]
		}
		d.Rows = append(d.Rows, row)
	}
	return p.Render(r, status, ui.Page{Template: "chiavi", Title: "Chiavi API", Breadcrumb: adminTrail, Problem: problem, Data: d})
}

// issueToken makes an API token and shows its secret once.
func (p *Pages) issueToken(r *ui.Request) error {
	f := tokenForm{r.FormValue("utente"), r.FormValue("nome"), r.FormValue("ente"), r.FormValue("scadenza")}
	t := apitokens.Token{Name: f.Name, Entity: catalog.EntityCode(f.Entity)}
	for _, s := range policy.Scopes() {
		if r.FormValue("ambito-"+string(s)) != "" {
			t.Scopes = append(t.Scopes, s)
		}
	}
	var secret string
	day, err := time.ParseInLocation(time.DateOnly, f.ExpiresOn, calendar.Rome())
	if err != nil {
		err = &identity.InvalidError{Field: "expires_on", Reason: refusal.TokenExpiry.With()}
	} else {
		t.ExpiresAt = day.AddDate(0, 0, 1) // the whole day
		t.Account, err = p.Identity.FindAccount(r.Context(), f.Username)
	}
	if errors.Is(err, identity.ErrNotFound) {
		err = &identity.InvalidError{Field: "username", Reason: refusal.TokenNeedsIntegration.With()}
	}
	if err == nil {
		t, secret, err = p.App.Accounts.IssueToken(r.Context(), r.Session.Actor, t, "")
	}
	if err != nil {
		problem := ui.ProblemOf(err)
		if problem.Status >= http.StatusInternalServerError {
			return err
		}
		return p.renderTokens(r, problem.Status, problem, tokensData{Typed: f})
	}
	p.logAdministration(r, "API token issued", t.Account)
	return p.renderTokens(r, http.StatusOK, nil, tokensData{Name: t.Name, Secret: secret, Waits: t.Waits})
}

func (p *Pages) revokeToken(r *ui.Request) error {
	err := p.App.Accounts.RevokeToken(r.Context(), r.Session.Actor, r.PathValue("token"), "")
	if errors.Is(err, apitokens.ErrNotFound) {
		return identity.ErrNotFound
	}
	if err != nil {
		return err
	}
	p.logAdministration(r, "API token revoked", "")
	return r.Redirect("/amministrazione/chiavi?fatto=chiave-fine")
}
