// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// peopleRoutes returns the routes of staff accounts and their placements.
func (w *Pages) peopleRoutes() []ui.Route {
	route := func(method, path string, handle func(*ui.Request) error) ui.Route {
		return ui.Route{Pattern: method + " /amministrazione/persone" + path, Access: ui.WithRole, Action: identity.Administer, Handle: handle}
	}
	return []ui.Route{
		route("GET", "", w.peoplePage), route("GET", "/nuova", w.newPersonPage), route("POST", "/nuova", w.addPerson),
		route("GET", "/{account}", w.personPage), route("POST", "/{account}/ruoli", w.addPlacement), route("POST", "/{account}/ruoli/fine", w.endPlacement),
		route("POST", "/{account}/credenziali", w.renewSecrets), route("POST", "/{account}/disattiva", w.disablePerson),
	}
}

// staffRoles lists the roles that an administrator can give. Citizen is not one of them: citizens get accounts by identification.
var staffRoles = []person.Role{
	person.ASROperator, person.ASRSupervisor, person.RegionalOperator, person.RegionalSupervisor, person.Auditor, person.Administrator, person.Integration,
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

func (w *Pages) peoplePage(v *ui.Request) error {
	d := peopleData{Q: v.FormValue("q"), Entity: catalog.EntityCode(v.FormValue("ente")), Entities: w.App.Catalog.AllEntities()}
	all, err := w.Identity.ListStaff(v.Context(), identity.StaffFilter{Q: d.Q, Entity: d.Entity, After: v.FormValue("dopo"), Limit: peoplePageSize + 1})
	if err != nil {
		return err
	}
	if len(all) > peoplePageSize {
		all = all[:peoplePageSize]
		d.Next = "/amministrazione/persone?" + url.Values{"q": {d.Q}, "ente": {string(d.Entity)}, "dopo": {all[peoplePageSize-1].Username}}.Encode()
	}
	for _, a := range all {
		row := personRow{Account: a}
		for _, p := range w.placementRows(a) {
			if p.Current {
				row.CurrentRoles = append(row.CurrentRoles, p)
			}
		}
		d.Rows = append(d.Rows, row)
	}
	return w.Render(v, http.StatusOK, ui.Page{Template: "persone", Title: "Persone e ruoli", Breadcrumb: adminTrail, Data: d})
}

func (w *Pages) placementRows(a identity.Account) (rows []placementRow) {
	now := w.Now()
	for _, p := range a.Placements {
		r := placementRow{Placement: p, Role: ui.RoleNames[p.Role], Current: !p.ValidFrom.After(now) && (p.ValidTo == nil || p.ValidTo.After(now))}
		if p.Entity != "" {
			r.EntityName = w.EntityName(p.Entity)
		}
		rows = append(rows, r)
	}
	return rows
}

// newPersonData holds the form of a new account as it was typed.
type newPersonData struct {
	Username, GivenName, FamilyName string
	roleForm
}

// roleForm holds the choice of a role and an entity.
type roleForm struct {
	Role     person.Role
	Entity   catalog.EntityCode
	Roles    []person.Role
	Entities []catalog.Entity
}

func (w *Pages) readRoleForm(v *ui.Request) roleForm {
	return roleForm{
		Role: person.Role(v.FormValue("ruolo")), Entity: catalog.EntityCode(v.FormValue("ente")), Roles: staffRoles, Entities: w.App.Catalog.Entities(w.App.Store.Now()),
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

func (w *Pages) newPersonPage(v *ui.Request) error {
	return w.renderNewPerson(v, http.StatusOK, nil)
}

func (w *Pages) renderNewPerson(v *ui.Request, status int, p *ui.Problem) error {
	d := newPersonData{v.FormValue("utente"), v.FormValue("nome"), v.FormValue("cognome"), w.readRoleForm(v)}
	return w.Render(v, status, ui.Page{Template: "persona-nuova", Title: "Nuova persona", Breadcrumb: peopleTrail, Problem: p, Data: d})
}

// addPerson creates an account with its first placement, and shows its password and PIN once.
func (w *Pages) addPerson(v *ui.Request) error {
	f := w.readRoleForm(v)
	password, pin, err := identity.GenerateSecrets()
	if err != nil {
		return err
	}
	var id string
	if err = f.check(w.App.Catalog); err == nil {
		id, err = w.Identity.CreateAccount(v.Context(), identity.NewAccount{
			Username: v.FormValue("utente"), GivenName: v.FormValue("nome"), FamilyName: v.FormValue("cognome"), Password: password, PIN: pin,
		})
	}
	if err == nil {
		_, err = w.Identity.AddPlacement(v.Context(), id, f.Role, f.Entity, time.Time{})
	}
	if err != nil {
		p := ui.ProblemOf(err)
		if p.Status >= http.StatusInternalServerError {
			return err
		}
		return w.renderNewPerson(v, p.Status, p)
	}
	w.logAdministration(v, "account made", id)
	return w.renderPerson(v, http.StatusOK, nil, id, &secrets{password, pin})
}

// secrets holds a new password and PIN. They are shown once, in the response to the request that created them.
type secrets struct{ Password, PIN string }

type personData struct {
	identity.Account
	Roles   []placementRow
	Form    roleForm
	Secrets *secrets
	IsSelf  bool // the administrator's own account
}

func (w *Pages) personPage(v *ui.Request) error {
	return w.renderPerson(v, http.StatusOK, nil, v.PathValue("account"), nil)
}

func (w *Pages) renderPerson(v *ui.Request, status int, p *ui.Problem, id string, s *secrets) error {
	a, err := w.Identity.Account(v.Context(), id)
	if err != nil {
		return err
	}
	d := personData{Account: a, Roles: w.placementRows(a), Form: w.readRoleForm(v), Secrets: s, IsSelf: a.ID == v.Session.Account}
	return w.Render(v, status, ui.Page{Template: "persona", Title: "Persona", Breadcrumb: peopleTrail, Problem: p, Data: d})
}

// changeAccount runs a change of the account in the path and logs it. It shows the account again, with the error message of a refused
// change or with a message of success.
func (w *Pages) changeAccount(v *ui.Request, action, message string, do func(id string) error) error {
	id := v.PathValue("account")
	err := do(id)
	if err != nil {
		p := ui.ProblemOf(err)
		if p.Status >= http.StatusInternalServerError || errors.Is(err, identity.ErrNotFound) {
			return err
		}
		return w.renderPerson(v, p.Status, p, id, nil)
	}
	w.logAdministration(v, action, id)
	return v.Redirect("/amministrazione/persone/" + id + "?fatto=" + message)
}

// logAdministration logs an administrator's action, the account that it changed, and the administrator's account.
func (w *Pages) logAdministration(v *ui.Request, action, account string) {
	w.Log.LogAttrs(v.Context(), slog.LevelInfo, "administrative action", slog.String("what", action), slog.String("account", account),
		slog.String("by", v.Session.Account), slog.String("request_id", middleware.RequestID(v.Context())))
}

// administrationRef returns the reference to the administrator in the history of the tickets that lose their assignee by the change.
func administrationRef(v *ui.Request) string { return "administration/" + v.Session.Account }

func (w *Pages) addPlacement(v *ui.Request) error {
	return w.changeAccount(v, "placement added", "ruolo", func(id string) error {
		f := w.readRoleForm(v)
		if err := f.check(w.App.Catalog); err != nil {
			return err
		}
		_, err := w.Identity.AddPlacement(v.Context(), id, f.Role, f.Entity, time.Time{})
		return err
	})
}

func (w *Pages) endPlacement(v *ui.Request) error {
	return w.changeAccount(v, "placement ended", "ruolo-finito", func(id string) error {
		f := w.readRoleForm(v)
		if id == v.Session.Account && f.Role == person.Administrator {
			return errOwnAccount
		}
		_, err := w.App.EndPlacement(v.Context(), id, f.Role, f.Entity, administrationRef(v))
		return err
	})
}

// renewSecrets gives an account a new password and PIN, and shows them once.
func (w *Pages) renewSecrets(v *ui.Request) error {
	id := v.PathValue("account")
	password, pin, err := identity.GenerateSecrets()
	if err == nil {
		err = w.Identity.SetPassword(v.Context(), id, password, pin)
	}
	if err != nil {
		return err
	}
	w.logAdministration(v, "secrets renewed", id)
	return w.renderPerson(v, http.StatusOK, nil, id, &secrets{password, pin})
}

func (w *Pages) disablePerson(v *ui.Request) error {
	return w.changeAccount(v, "account disabled", "disattivata", func(id string) error {
		switch {
		case id == v.Session.Account:
			return errOwnAccount
		case v.FormValue("conferma") == "":
			return errUnconfirmed
		}
		_, err := w.App.Disable(v.Context(), id, administrationRef(v))
		return err
	})
}

// The refusals of changes of accounts.
var (
	errOwnAccount  = &ui.Problem{Status: http.StatusConflict, Title: "Non su sé stessi", Text: "Nessuno può togliere a sé l’amministrazione o disattivarsi: lo chieda a un altro amministratore."}
	errUnconfirmed = &ui.Problem{Status: http.StatusUnprocessableEntity, Title: "Manca la conferma", Text: "Selezioni la casella di conferma: chi viene disattivato non può più accedere."}
)
