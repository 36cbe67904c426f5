// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"cmp"
	"errors"
	"net/http"
	"slices"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/rolemapping"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// providerRoutes returns the routes of the identity providers and of their mappings of claims to roles.
func (p *Pages) providerRoutes() []ui.Route {
	route := func(method, path string, handle func(*ui.Request) error) ui.Route {
		return ui.Route{Pattern: method + " /amministrazione/identita" + path, Access: ui.WithRole, Action: policy.Administer, Handle: handle}
	}
	return []ui.Route{route("GET", "", p.providersPage), route("POST", "/conferma", p.confirmMapping)}
}

type providersData struct{ Providers []providerRow }

type providerRow struct {
	idp.Provider
	ForStaff            bool
	InForce, Configured []mappingRow
	Changed             bool   // the mapping of the configuration is not the one in force
	Who                 string // confirmed it already; "": nobody
	MayConfirm          bool
}

type mappingRow struct{ Claim, Value, Role, Entity string }

func (p *Pages) providersPage(r *ui.Request) error { return p.renderProviders(r, http.StatusOK, nil) }

func (p *Pages) renderProviders(r *ui.Request, status int, problem *ui.Problem) error {
	state, err := p.App.Accounts.Mappings.State(r.Context())
	if err != nil {
		return err
	}
	var ids []string
	for _, w := range state.Waiting {
		ids = append(ids, w.By.ID)
	}
	names, err := p.Identity.Names(r.Context(), r.Caller.Viewer().Reader(), ids)
	if err != nil {
		return err
	}
	var d providersData
	for _, provider := range p.Identity.Providers {
		waiting, waits := state.Waiting[provider.Name]
		same := waits && slices.Equal(waiting.Mapping, provider.Mapping)
		row := providerRow{
			Provider: provider, ForStaff: provider.Audience == idp.ForStaff,
			InForce: p.mappingRows(state.InForce[provider.Name]), Configured: p.mappingRows(provider.Mapping),
			Changed: !slices.Equal(state.InForce[provider.Name], provider.Mapping), MayConfirm: !same || waiting.By.ID != r.Session.Account,
		}
		if same {
			row.Who = nameOf(names, waiting.By.ID)
		}
		d.Providers = append(d.Providers, row)
	}
	return p.Render(r, status, ui.Page{Template: "identita", Title: "Servizi di identità", Breadcrumb: adminTrail, Problem: problem, Data: d})
}

func (p *Pages) mappingRows(m rolemapping.Mapping) (rows []mappingRow) {
	for _, r := range m {
		rows = append(rows, mappingRow{r.Claim, r.Value, cmp.Or(ui.RoleNames[r.Role], string(r.Role)), p.EntityName(r.Entity)})
	}
	return rows
}

// confirmMapping confirms the mapping that the configuration has now for a provider.
func (p *Pages) confirmMapping(r *ui.Request) error {
	n := slices.IndexFunc(p.Identity.Providers, func(known idp.Provider) bool { return known.Name == r.FormValue("servizio") })
	if n < 0 {
		return ui.NotFound()
	}
	inForce, err := p.App.Accounts.Mappings.Confirm(r.Context(), r.Session.Actor, p.Identity.Providers[n])
	var refused *rolemapping.RefusedError
	switch {
	case errors.As(err, &refused):
		return p.renderProviders(r, http.StatusConflict, &ui.Problem{Title: "Non è possibile", Text: ui.ReasonText(refused.Reason)})
	case err != nil && !errors.Is(err, rolemapping.ErrUnchanged):
		return err
	}
	p.logAdministration(r, "mapping of an identity provider confirmed", "")
	if err == nil && !inForce {
		return r.Redirect("/amministrazione/identita?fatto=prima-conferma")
	}
	return r.Redirect("/amministrazione/identita?fatto=in-vigore")
}
