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

// peopleRoutes are who works here, and in which roles.
func (w *Pages) peopleRoutes() []ui.Route {
	does := func(method, path string, serve func(*ui.Request) error) ui.Route {
		return ui.Route{Pattern: method + " /amministrazione/persone" + path, Access: ui.WithRole, Action: identity.Administer, Handle: serve}
	}
	return []ui.Route{
		does("GET", "", w.peoplePage), does("GET", "/nuova", w.newPersonPage), does("POST", "/nuova", w.addPerson),
		does("GET", "/{account}", w.personPage), does("POST", "/{account}/ruoli", w.addPlacement), does("POST", "/{account}/ruoli/fine", w.endPlacement),
		does("POST", "/{account}/credenziali", w.renewSecrets), does("POST", "/{account}/disattiva", w.disablePerson),
	}
}

// staffRoles are the roles that an administrator gives; citizens come by having proved who they are.
var staffRoles = []person.Role{
	person.ASROperator, person.ASRSupervisor, person.RegionalOperator, person.RegionalSupervisor, person.Auditor, person.Administrator, person.Integration,
}

// peopleTrail is where the pages of one person stand.
var peopleTrail = []ui.Crumb{adminTrail[0], {Name: "Persone e ruoli", Path: "/amministrazione/persone"}}

type peopleData struct {
	Q        string
	Entity   catalog.EntityCode
	Entities []catalog.Entity
	Rows     []personRow
	Next     string // address of the next page; "": there is none
}

type personRow struct {
	identity.Account
	CurrentRoles []placementRow // that count now
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

// newPersonData is the form for an account, as typed.
type newPersonData struct {
	Username, GivenName, FamilyName string
	roleForm
}

// roleForm is the choice of a role and of where it is held.
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

// check refuses a role that nobody is given here, and one that is not held there.
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

// addPerson makes an account with its first role, and tells the password and the PIN once.
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

// secrets are shown once, in the answer to who made them.
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

// changeAccount carries out what was asked of one account, and shows it again: with what was refused, or with what was done.
func (w *Pages) changeAccount(v *ui.Request, what, message string, do func(id string) error) error {
	id := v.PathValue("account")
	err := do(id)
	if err != nil {
		p := ui.ProblemOf(err)
		if p.Status >= http.StatusInternalServerError || errors.Is(err, identity.ErrNotFound) {
			return err
		}
		return w.renderPerson(v, p.Status, p, id, nil)
	}
	w.logAdministration(v, what, id)
	return v.Redirect("/amministrazione/persone/" + id + "?fatto=" + message)
}

// logAdministration writes down who changed what of whose account.
func (w *Pages) logAdministration(v *ui.Request, what, account string) {
	w.Log.LogAttrs(v.Context(), slog.LevelInfo, "administered", slog.String("what", what), slog.String("account", account),
		slog.String("by", v.Session.Account), slog.String("request_id", middleware.RequestID(v.Context())))
}

// administrationRef names the administrator in the history of the tickets that what they do releases.
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

// renewSecrets gives an account a password and a PIN that nobody knows yet, and tells them once.
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

// What an administrator is refused.
var (
	errOwnAccount  = &ui.Problem{Status: http.StatusConflict, Title: "Non su sé stessi", Text: "Nessuno può togliere a sé l’amministrazione o disattivarsi: lo chieda a un altro amministratore."}
	errUnconfirmed = &ui.Problem{Status: http.StatusUnprocessableEntity, Title: "Manca la conferma", Text: "Selezioni la casella di conferma: chi viene disattivato non può più accedere."}
)
