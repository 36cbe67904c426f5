// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
)

// AccountChange is an event of the account stream in words: who did what to whom, and what it changed.
type AccountChange struct {
	ID, Account   string
	Version       int // of the account stream
	At            time.Time
	Who, Whom     string
	Outcome       string // e.g. Confermato
	What          string // e.g. Dare il ruolo Revisore
	Before, After string
	Changed       bool // the change was done
	Reason        string
	Identity      string // that is bound, for administrators: they confirm it
	Until         *time.Time
}

var outcomeNames = map[account.Kind]string{
	account.Changed: "Fatto", account.Requested: "Chiesto: serve una conferma", account.Confirmed: "Confermato", account.Refused: "Rifiutato",
	account.Withdrawn: "Ritirato", account.Expired: "Scaduto senza risposta", account.Emergency: "Accesso di emergenza",
}

// FactorNames holds the Italian names of the kinds of second factors.
var FactorNames = map[account.FactorKind]string{
	account.TOTP: "app di autenticazione", account.RecoveryCodes: "codici di recupero", account.SecurityKey: "chiave di sicurezza",
}

var credentialNames = map[account.Credentials]string{
	account.None: "nessuna credenziale", account.Temporary: "credenziali provvisorie", account.Own: "credenziali proprie",
}

// AccountChanges returns events of the account stream in words, in the same order.
func (u *UI) AccountChanges(ctx context.Context, by app.Caller, entries []accounts.Entry) ([]AccountChange, error) {
	var ids []string
	for _, e := range entries {
		ids = append(ids, e.Event.Account, e.Record.By.ID)
	}
	names, err := u.App.Identity.Names(ctx, by.Viewer().Reader(), ids)
	if err != nil {
		return nil, err
	}
	changes := make([]AccountChange, len(entries))
	for n, e := range entries {
		changes[n] = u.accountChange(e.Event, e.Record.By.ID, person.Role(e.Record.By.Role), e.Record.At, names)
		changes[n].Version, changes[n].Identity = e.Record.Version, shownIdentity(by, e.Event)
	}
	return changes, nil
}

// PendingChanges returns what waits for administrators in words, in the same order.
func (u *UI) PendingChanges(ctx context.Context, by app.Caller, pending []accounts.Pending) ([]AccountChange, error) {
	var ids []string
	for _, p := range pending {
		ids = append(ids, p.Account, p.By.ID)
	}
	names, err := u.App.Identity.Names(ctx, by.Viewer().Reader(), ids)
	if err != nil {
		return nil, err
	}
	changes := make([]AccountChange, len(pending))
	for n, p := range pending {
		changes[n] = u.accountChange(p.Event, p.By.ID, p.By.Role, p.At, names)
		changes[n].Identity = shownIdentity(by, p.Event)
	}
	return changes, nil
}

// ProviderLabel returns the label of an identity provider; its name if the configuration does not have it.
func (u *UI) ProviderLabel(name string) string {
	for _, p := range u.App.Identity.Providers {
		if p.Name == name {
			return p.Label
		}
	}
	return name
}

// shownIdentity returns the identity that a change binds, to administrators alone.
func shownIdentity(by app.Caller, e account.Event) string {
	if by.Actor.Role != person.Administrator {
		return ""
	}
	return e.Identity
}

func (u *UI) accountChange(e account.Event, by string, role person.Role, at time.Time, names map[string]string) AccountChange {
	c := AccountChange{
		ID: e.ID, Account: e.Account, At: at, Who: names[by], Whom: names[e.Account], Outcome: outcomeNames[e.Kind], What: u.changeText(e.Change),
		Before: u.rightsText(e.Before), After: u.rightsText(e.After), Changed: e.Done(), Reason: e.Reason, Until: e.Until,
	}
	if t := e.Token; t != nil && e.Operation == account.IssueToken {
		entity := "tutti gli enti"
		if t.Entity != "" {
			entity = u.EntityName(t.Entity)
		}
		c.What += fmt.Sprintf(" (%s, %s, fino al %s)", t.Scopes, entity, FormatTime(t.ExpiresAt))
	}
	if e.Operation == account.BindIdentity || e.Operation == account.UnbindIdentity {
		c.What += ": " + u.ProviderLabel(e.Binding.Provider)
	}
	switch provider, isProvider := strings.CutPrefix(by, account.ProviderActor("").ID); {
	case isProvider:
		c.Who = u.ProviderLabel(provider)
	case role == person.System:
		c.Who = "Riga di comando"
	}
	if e.Kind == account.Reviewed {
		c.Outcome = "Emergenza verificata: non giustificata"
		if e.Justified != nil && *e.Justified {
			c.Outcome = "Emergenza verificata: giustificata"
		}
	}
	return c
}

// changeText returns a change in words.
func (u *UI) changeText(c account.Change) string {
	role := u.roleText(account.RoleAt{Role: c.Role, Entity: c.Entity})
	switch c.Operation {
	case account.Create:
		if c.Role == "" {
			return "Creare la persona"
		}
		return "Creare la persona con il ruolo " + role
	case account.GiveRole:
		return "Dare il ruolo " + role
	case account.EndRole:
		return "Terminare il ruolo " + role
	case account.RenewCredentials:
		return "Dare una nuova password e un nuovo PIN"
	case account.ChangeCredentials:
		return "Cambiare la propria password e il proprio PIN"
	case account.Disable:
		return "Disattivare la persona"
	case account.IssueToken:
		return "Creare una chiave API"
	case account.RevokeToken:
		return "Revocare una chiave API"
	case account.AddFactor:
		return "Aggiungere un secondo fattore: " + FactorNames[c.Factor.Kind]
	case account.RemoveFactor:
		return "Togliere un secondo fattore: " + FactorNames[c.Factor.Kind]
	case account.ResetFactors:
		return "Togliere tutti i secondi fattori"
	case account.BindIdentity:
		return "Collegare un’identità"
	case account.UnbindIdentity:
		return "Scollegare un’identità"
	}
	return string(c.Operation)
}

func (u *UI) roleText(at account.RoleAt) string {
	if at.Entity == "" {
		return RoleNames[at.Role]
	}
	return RoleNames[at.Role] + ", " + u.EntityName(at.Entity)
}

// rightsText returns the rights of an account in words.
func (u *UI) rightsText(r account.Rights) string {
	var parts []string
	for _, at := range r.Roles {
		parts = append(parts, u.roleText(at))
	}
	if len(parts) == 0 {
		parts = []string{"nessun ruolo"}
	}
	if r.Disabled {
		parts = append(parts, "disattivata")
	}
	return strings.Join(parts, "; ") + " · " + credentialNames[r.Credentials]
}
