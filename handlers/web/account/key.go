// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package account

import (
	"net/http"

	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// keyData is what the script of security keys needs (script/securitykey.js).
type keyData struct {
	ID      string // of the new factor
	Options string // JSON
}

// beginKey shows the page on which the browser makes a security key.
func (p *Pages) beginKey(r *ui.Request) error {
	setup, err := p.Factors.BeginKey(r.Context(), r.Session, p.Source(r), typedSecrets(r), r.FormValue("nome"))
	if err != nil {
		return p.refuse(r, err)
	}
	return p.Render(r, http.StatusOK, ui.Page{
		Template: "chiave-nuova", Title: "Chiave di sicurezza", Breadcrumb: trail, Data: keyData{ID: setup.ID, Options: string(setup.Options)},
	})
}

// confirmKey takes the answer of a new security key.
func (p *Pages) confirmKey(r *ui.Request) error {
	added, err := p.Factors.ConfirmKey(r.Context(), r.Session, r.FormValue("fattore"), []byte(r.FormValue("risposta")))
	if err != nil {
		return p.refuse(r, err)
	}
	return p.showAdded(r, added)
}

// proveKey takes the answer of a security key at a login, and leads on as the login does.
func (p *Pages) proveKey(r *ui.Request) error {
	s, err := p.Factors.ProveKey(r.Context(), r.Session, p.Source(r), []byte(r.FormValue("risposta")))
	return p.proven(r, s, err)
}
