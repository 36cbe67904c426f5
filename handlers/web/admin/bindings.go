// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity/bindings"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// bindingRoutes returns the routes of the bound identities of an account of the staff.
func (p *Pages) bindingRoutes() []ui.Route {
	route := func(path string, handle func(*ui.Request) error) ui.Route {
		return ui.Route{Pattern: "POST /amministrazione/persone/{account}/identita" + path, Access: ui.WithRole, Action: policy.Administer, Handle: handle}
	}
	return []ui.Route{route("", p.bindIdentity), route("/fine", p.unbindIdentity)}
}

// bindingsData holds the bound identities of an account, and the form of a new one as typed.
type bindingsData struct {
	Rows        []bindingRow
	Providers   []idp.Provider // of the configuration, for staff
	HasSubjects bool           // one of them knows people by an id of its own
	Typed       accounts.BindRequest
}

type bindingRow struct {
	bindings.Binding
	Label string // of the provider; its name if the configuration does not have it any more
}

func (p *Pages) loadBindings(r *ui.Request, account string, problem *ui.Problem) (d bindingsData, err error) {
	for _, provider := range p.Identity.Providers {
		if provider.Audience == idp.ForStaff {
			d.Providers = append(d.Providers, provider)
			d.HasSubjects = d.HasSubjects || len(provider.OIDC) > 0
		}
	}
	if problem != nil {
		d.Typed = p.readBinding(r, account)
	}
	all, err := p.Identity.Bindings.List(r.Context(), account)
	for _, b := range all {
		d.Rows = append(d.Rows, bindingRow{b, p.ProviderLabel(b.Provider)})
	}
	return d, err
}

func (p *Pages) readBinding(r *ui.Request, account string) accounts.BindRequest {
	return accounts.BindRequest{
		Account: account, Provider: r.FormValue("servizio"), TaxCode: r.FormValue("codice-fiscale"), Subject: r.FormValue("identificativo"),
		Reason: r.FormValue("motivo"), Emergency: r.FormValue("emergenza") != "",
	}
}

// bindIdentity lets a person log in with an identity at a provider, or requests that.
func (p *Pages) bindIdentity(r *ui.Request) error {
	message := "identita"
	return p.changeAccount(r, "identity bound", &message, func(id string) error {
		done, err := p.App.Accounts.Bind(r.Context(), r.Session.Actor, p.readBinding(r, id))
		if done.Waits() {
			message = "chiesto"
		}
		return err
	})
}

func (p *Pages) unbindIdentity(r *ui.Request) error {
	message := "identita-fine"
	return p.changeAccount(r, "identity unbound", &message, func(id string) error {
		_, err := p.App.Accounts.Unbind(r.Context(), r.Session.Actor, id, r.FormValue("identita"), "")
		return err
	})
}
