// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/secondfactor"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// peopleRoutes returns the routes of staff accounts and their placements.
func (p *Pages) peopleRoutes() []ui.Route {
	route := func(method, path string, handle func(*ui.Request) error) ui.Route {
		return ui.Route{Pattern: method + " /amministrazione/persone" + path, Access: ui.WithRole, Action: policy.Administer, Handle: handle}
	}
	return []ui.Route{ // of what waits for a second administrator: confirmations.go
		route("GET", "", p.peoplePage), route("GET", "/nuova", p.newPersonPage), route("POST", "/nuova", p.addPerson),
		route("GET", "/{account}", p.personPage), route("POST", "/{account}/ruoli", p.addPlacement), route("POST", "/{account}/ruoli/fine", p.endPlacement),
		route("POST", "/{account}/sblocca", p.unlockPerson),
		route("POST", "/{account}/credenziali", p.renewSecrets), route("POST", "/{account}/disattiva", p.disablePerson),
		route("POST", "/{account}/sessioni/fine", p.endSessions), route("POST", "/{account}/fattori", p.resetFactors),
	}
}

// staffRoles lists the roles that an administrator can give. Citizen is not one of them: citizens get accounts by identification.
var staffRoles = []person.Role{
	person.ASROperator, person.ASRSupervisor, person.RegionalOperator, person.RegionalSupervisor, person.Auditor, person.DataProtectionOfficer, person.Administrator,
	person.Integration,
}

// peopleTrail is the breadcrumb of the pages of one person.
var peopleTrail = []ui.Crumb{adminTrail[0], {Name: "Persone e ruoli", Path: "/amministrazione/persone"}}

type peopleData struct {
	Q        string
	Entity   catalog.EntityCode
	Entities []catalog.Entity
	Rows     []personRow
	Next     string // address of the next page; "": none
}

type personRow struct {
	identity.Account
	CurrentRoles []placementRow // placements that are valid now
}

type placementRow struct {
	identity.Placement
	Role, EntityName string
	Current          bool
}

const peoplePageSize = 50

func (p *Pages) peoplePage(r *ui.Request) error {
	d := peopleData{Q: r.FormValue("q"), Entity: catalog.EntityCode(r.FormValue("ente")), Entities: p.App.Catalog.AllEntities()}
	all, err := p.Identity.ListStaff(r.Context(), identity.StaffFilter{Q: d.Q, Entity: d.Entity, After: r.FormValue("dopo"), Limit: peoplePageSize + 1})
	if err != nil {
		return err
	}
	if len(all) > peoplePageSize {
		all = all[:peoplePageSize]
		d.Next = "/amministrazione/persone?" + url.Values{"q": {d.Q}, "ente": {string(d.Entity)}, "dopo": {all[peoplePageSize-1].Username}}.Encode()
	}
	for _, a := range all {
		row := personRow{Account: a}
		for _, placement := range p.placementRows(a) {
			if placement.Current {
				row.CurrentRoles = append(row.CurrentRoles, placement)
			}
		}
		d.Rows = append(d.Rows, row)
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "persone", Title: "Persone e ruoli", Breadcrumb: adminTrail, Data: d})
}

func (p *Pages) placementRows(a identity.Account) (rows []placementRow) {
	now := p.App.Identity.Now()
	for _, placement := range a.Placements {
		row := placementRow{Placement: placement, Role: ui.RoleNames[placement.Role], Current: !placement.ValidFrom.After(now) && (placement.ValidTo == nil || placement.ValidTo.After(now))}
		if placement.Entity != "" {
			row.EntityName = p.EntityName(placement.Entity)
		}
		rows = append(rows, row)
	}
	return rows
}

// newPersonData holds the form of a new account as it was typed.
type newPersonData struct {
	Username, GivenName, FamilyName string
	Typed                           accounts.Request
	roleForm
}

// roleForm holds the choice of a role and an entity.
type roleForm struct {
	Role     person.Role
	Entity   catalog.EntityCode
	Roles    []person.Role
	Entities []catalog.Entity
}

func (p *Pages) readRoleForm(r *ui.Request) roleForm {
	return roleForm{
		Role: person.Role(r.FormValue("ruolo")), Entity: catalog.EntityCode(r.FormValue("ente")), Roles: staffRoles, Entities: p.App.Catalog.Entities(p.App.Store.Now()),
	}
}

// check returns an identity.InvalidError for a role that an administrator cannot give, an unknown entity, or a role that is not held at
// this entity.
func (f roleForm) check(c *catalog.Catalog) error {
	if _, known := c.Entity(f.Entity); !slices.Contains(staffRoles, f.Role) || f.Entity != "" && !known {
		return &identity.InvalidError{Field: "placement", Reason: refusal.UnknownPlacement.With()}
	}
	return identity.CheckPlacement(f.Role, f.Entity)
}

func (p *Pages) newPersonPage(r *ui.Request) error {
	return p.renderNewPerson(r, http.StatusOK, nil)
}

func (p *Pages) renderNewPerson(r *ui.Request, status int, problem *ui.Problem) error {
	d := newPersonData{r.FormValue("utente"), r.FormValue("nome"), r.FormValue("cognome"), p.readChange(r, account.Change{}), p.readRoleForm(r)}
	return p.Render(r, status, ui.Page{Template: "persona-nuova", Title: "Nuova persona", Breadcrumb: peopleTrail, Problem: problem, Data: d})
}

// addPerson creates an account with its first role, and shows its password and PIN once. A role that a second administrator must confirm waits;
// then the page shows the password alone.
func (p *Pages) addPerson(r *ui.Request) error {
	f := p.readRoleForm(r)
	err := f.check(p.App.Catalog)
	var done accounts.Result
	if err == nil {
		done, err = p.App.Accounts.Create(r.Context(), r.Session.Actor, identity.NewAccount{
			Username: r.FormValue("utente"), GivenName: r.FormValue("nome"), FamilyName: r.FormValue("cognome"),
		}, p.readChange(r, account.Change{Role: f.Role, Entity: f.Entity}))
	}
	if err != nil {
		problem := ui.ProblemOf(err)
		if problem.Status >= http.StatusInternalServerError {
			return err
		}
		return p.renderNewPerson(r, problem.Status, problem)
	}
	p.logAdministration(r, "account made", done.Account)
	return p.renderPerson(r, http.StatusOK, nil, done.Account, &done)
}

// readChange returns a change with what the administrator typed about it: the reason, and whether it is an emergency.
func (p *Pages) readChange(r *ui.Request, c account.Change) accounts.Request {
	return accounts.Request{Change: c, Reason: r.FormValue("motivo"), Emergency: r.FormValue("emergenza") != ""}
}

type personData struct {
	identity.Account
	Roles   []placementRow
	Form    roleForm
	Done    *accounts.Result // with new secrets, which are shown once; nil: none
	IsSelf  bool             // the administrator's own account
	Typed   accounts.Request // the reason of a refused change, and whether it is an emergency
	History []ui.AccountChange
	Locks   identity.Locks
	Open    []identity.OpenSession
	Factors []string // the Italian names of the kinds of second factors

	Bindings bindingsData
}

// personHistory is the number of changes that the page of a person shows.
const personHistory = 20

func (p *Pages) personPage(r *ui.Request) error {
	return p.renderPerson(r, http.StatusOK, nil, r.PathValue("account"), nil)
}

func (p *Pages) renderPerson(r *ui.Request, status int, problem *ui.Problem, id string, done *accounts.Result) error {
	a, err := p.Identity.Account(r.Context(), id)
	if err != nil {
		return err
	}
	locks, err := p.Identity.AccountLocks(r.Context(), id)
	if err != nil {
		return err
	}
	open, err := p.Identity.OpenSessions(r.Context(), id)
	if err != nil {
		return err
	}
	factors, err := secondfactor.List(r.Context(), p.Identity, id)
	if err != nil {
		return err
	}
	bound, err := p.loadBindings(r, id, problem)
	if err != nil {
		return err
	}
	d := personData{Account: a, Bindings: bound, Open: open, Roles: p.placementRows(a), Form: p.readRoleForm(r), Done: done, IsSelf: a.ID == r.Session.Account, Typed: p.readChange(r, account.Change{}), Locks: locks}
	for _, f := range factors.Factors {
		d.Factors = append(d.Factors, ui.FactorNames[f.Kind])
	}
	if problem == nil { // what was typed has been done: the other forms of the page must not hold it
		d.Typed, d.Form.Role, d.Form.Entity = accounts.Request{}, "", ""
	}
	entries, err := p.App.Accounts.History(r.Context(), id, 0, personHistory)
	if err != nil {
		return err
	}
	if d.History, err = p.AccountChanges(r.Context(), r.Caller, entries); err != nil {
		return err
	}
	return p.Render(r, status, ui.Page{Template: "persona", Title: "Persona", Breadcrumb: peopleTrail, Problem: problem, Data: d})
}

// changeAccount runs a change of the account in the path and logs it. It shows the account again, with the error message of a refused
// change or with a message of success, which do may change.
func (p *Pages) changeAccount(r *ui.Request, action string, message *string, do func(id string) error) error {
	id := r.PathValue("account")
	err := do(id)
	if err != nil {
		problem := ui.ProblemOf(err)
		if problem.Status >= http.StatusInternalServerError || errors.Is(err, identity.ErrNotFound) {
			return err
		}
		return p.renderPerson(r, problem.Status, problem, id, nil)
	}
	p.logAdministration(r, action, id)
	return r.Redirect("/amministrazione/persone/" + id + "?fatto=" + *message)
}

// logAdministration logs an administrator's action, the account that it changed, and the administrator's account.
func (p *Pages) logAdministration(r *ui.Request, action, account string) {
	p.Log.LogAttrs(r.Context(), slog.LevelInfo, "administrative action", slog.String("what", action), slog.String("account", account),
		slog.String("by", r.Session.Account), slog.String("request_id", middleware.RequestID(r.Context())))
}

// administrationRef returns the reference to the administrator in the history of the tickets that lose their assignee by the change.
func administrationRef(r *ui.Request) string { return "administration/" + r.Session.Account }

func (p *Pages) addPlacement(r *ui.Request) error {
	f, message := p.readRoleForm(r), "ruolo"
	return p.changeAccount(r, "placement added", &message, func(id string) error {
		if err := f.check(p.App.Catalog); err != nil {
			return err
		}
		done, err := p.App.Accounts.Change(r.Context(), r.Session.Actor, p.readChange(r, account.Change{Operation: account.GiveRole, Account: id, Role: f.Role, Entity: f.Entity}))
		if done.Waits() {
			message = "chiesto"
		}
		return err
	})
}

func (p *Pages) endPlacement(r *ui.Request) error {
	f, message := p.readRoleForm(r), "ruolo-finito"
	return p.changeAccount(r, "placement ended", &message, func(id string) error {
		_, err := p.App.EndPlacement(r.Context(), r.Session.Actor, id, f.Role, f.Entity, administrationRef(r))
		return err
	})
}

// unlockPerson lets an account log in again after failures. The record of it is for auditors.
func (p *Pages) unlockPerson(r *ui.Request) error {
	message := "sbloccata"
	return p.changeAccount(r, "account unlocked", &message, func(id string) error {
		return p.Identity.Unlock(r.Context(), id, r.Session.Account)
	})
}

// renewSecrets gives an account a new password and PIN, and shows them once; or it requests that, and shows the password alone.
func (p *Pages) renewSecrets(r *ui.Request) error {
	id := r.PathValue("account")
	done, err := p.App.Accounts.Change(r.Context(), r.Session.Actor, p.readChange(r, account.Change{Operation: account.RenewCredentials, Account: id}))
	if err != nil {
		problem := ui.ProblemOf(err)
		if problem.Status >= http.StatusInternalServerError || errors.Is(err, identity.ErrNotFound) {
			return err
		}
		return p.renderPerson(r, problem.Status, problem, id, nil)
	}
	p.logAdministration(r, "secrets renewed", id)
	return p.renderPerson(r, http.StatusOK, nil, id, &done)
}

// endSessions ends the session that the form names, or all of the person.
func (p *Pages) endSessions(r *ui.Request) error {
	message := "sessioni"
	return p.changeAccount(r, "sessions ended", &message, func(id string) error {
		if _, err := p.Identity.Account(r.Context(), id); err != nil {
			return err
		}
		_, err := p.Identity.EndSessions(r.Context(), id, identity.SessionChoice{Only: r.FormValue("sessione")}, r.Session.Actor)
		return err
	})
}

// resetFactors removes the second factors of a person who lost them, or requests that.
func (p *Pages) resetFactors(r *ui.Request) error {
	message := "azzerati"
	return p.changeAccount(r, "second factors reset", &message, func(id string) error {
		done, err := p.App.Accounts.Change(r.Context(), r.Session.Actor, p.readChange(r, account.Change{Operation: account.ResetFactors, Account: id}))
		if done.Waits() {
			message = "chiesto"
		}
		return err
	})
}

func (p *Pages) disablePerson(r *ui.Request) error {
	message := "disattivata"
	return p.changeAccount(r, "account disabled", &message, func(id string) error {
		if r.FormValue("conferma") == "" && id != r.Session.Account {
			return errUnconfirmed
		}
		_, err := p.App.Disable(r.Context(), r.Session.Actor, id, administrationRef(r))
		return err
	})
}

// errUnconfirmed refuses to disable an account without a confirmation.
var errUnconfirmed = &ui.Problem{Status: http.StatusUnprocessableEntity, Title: "Manca la conferma", Text: "Selezioni la casella di conferma: chi viene disattivato non può più accedere."}
