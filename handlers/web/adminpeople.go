// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/entrance"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// peopleRoutes are who works here, and in which roles.
func (w *Web) peopleRoutes() []route {
	does := func(method, path string, serve func(*visit) error) route {
		return route{pattern: method + " /amministrazione/persone" + path, by: placed, action: identity.Administer, serve: serve}
	}
	return []route{
		does("GET", "", w.peoplePage), does("GET", "/nuova", w.newPersonPage), does("POST", "/nuova", w.addPerson),
		does("GET", "/{account}", w.personPage), does("POST", "/{account}/ruoli", w.addPlacement), does("POST", "/{account}/ruoli/fine", w.endPlacement),
		does("POST", "/{account}/credenziali", w.renewSecrets), does("POST", "/{account}/disattiva", w.disablePerson),
	}
}

// given are the roles that an administrator gives; citizens come by having proved who they are.
var given = []person.Role{
	person.ASROperator, person.ASRSupervisor, person.RegionalOperator, person.RegionalSupervisor, person.Auditor, person.Administrator, person.Integration,
}

// peopleTrail is where the pages of one person stand.
var peopleTrail = []crumb{adminTrail[0], {"Persone e ruoli", "/amministrazione/persone"}}

type peopleData struct {
	Q        string
	Entity   catalog.EntityCode
	Entities []catalog.Entity
	Rows     []personRow
	Next     string // address of the next page; "": there is none
}

type personRow struct {
	identity.Account
	Roles []placementRow // that count now
}

type placementRow struct {
	identity.Placement
	Role, Place string
	Current     bool
}

const peopleShown = 50

func (w *Web) peoplePage(v *visit) error {
	d := peopleData{Q: v.FormValue("q"), Entity: catalog.EntityCode(v.FormValue("ente")), Entities: w.cases.Catalog.EveryEntity()}
	all, err := w.identity.Staff(v.Context(), identity.StaffFilter{Q: d.Q, Entity: d.Entity, After: v.FormValue("dopo"), Limit: peopleShown + 1})
	if err != nil {
		return err
	}
	if len(all) > peopleShown {
		all = all[:peopleShown]
		d.Next = "/amministrazione/persone?" + url.Values{"q": {d.Q}, "ente": {string(d.Entity)}, "dopo": {all[peopleShown-1].Username}}.Encode()
	}
	for _, a := range all {
		row := personRow{Account: a}
		for _, p := range w.placementRows(a) {
			if p.Current {
				row.Roles = append(row.Roles, p)
			}
		}
		d.Rows = append(d.Rows, row)
	}
	return w.render(v, http.StatusOK, page{name: "persone", title: "Persone e ruoli", trail: adminTrail, data: d})
}

func (w *Web) placementRows(a identity.Account) (rows []placementRow) {
	now := w.now()
	for _, p := range a.Placements {
		r := placementRow{Placement: p, Role: roles[p.Role], Current: !p.ValidFrom.After(now) && (p.ValidTo == nil || p.ValidTo.After(now))}
		if p.Entity != "" {
			r.Place = w.place(p.Entity)
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

func (w *Web) roleForm(v *visit) roleForm {
	return roleForm{
		Role: person.Role(v.FormValue("ruolo")), Entity: catalog.EntityCode(v.FormValue("ente")), Roles: given, Entities: w.cases.Catalog.Entities(w.cases.Store.Now()),
	}
}

// check refuses a role that nobody is given here, and one that is not held there.
func (f roleForm) check(c *catalog.Catalog) error {
	if _, known := c.Entity(f.Entity); !slices.Contains(given, f.Role) || f.Entity != "" && !known {
		return &identity.InvalidError{Field: "placement", Rule: "there is no such role or entity"}
	}
	return identity.CheckPlacement(f.Role, f.Entity)
}

func (w *Web) newPersonPage(v *visit) error { return w.showNewPerson(v, http.StatusOK, nil) }

func (w *Web) showNewPerson(v *visit, status int, p *problem) error {
	d := newPersonData{v.FormValue("utente"), v.FormValue("nome"), v.FormValue("cognome"), w.roleForm(v)}
	return w.render(v, status, page{name: "persona-nuova", title: "Nuova persona", trail: peopleTrail, problem: p, data: d})
}

// addPerson makes an account with its first role, and tells the password and the PIN once.
func (w *Web) addPerson(v *visit) error {
	f := w.roleForm(v)
	password, pin, err := identity.MakeSecrets()
	if err != nil {
		return err
	}
	var id string
	if err = f.check(w.cases.Catalog); err == nil {
		id, err = w.identity.CreateAccount(v.Context(), identity.NewAccount{
			Username: v.FormValue("utente"), GivenName: v.FormValue("nome"), FamilyName: v.FormValue("cognome"), Password: password, PIN: pin,
		})
	}
	if err == nil {
		_, err = w.identity.AddPlacement(v.Context(), id, f.Role, f.Entity, time.Time{})
	}
	if err != nil {
		p := problemOf(err)
		if p.Status >= http.StatusInternalServerError {
			return err
		}
		return w.showNewPerson(v, p.Status, p)
	}
	w.administered(v, "account made", id)
	return w.showPerson(v, http.StatusOK, nil, id, &secrets{password, pin})
}

// secrets are shown once, in the answer to who made them.
type secrets struct{ Password, PIN string }

type personData struct {
	identity.Account
	Roles   []placementRow
	Form    roleForm
	Secrets *secrets
	Self    bool // the administrator's own account
}

func (w *Web) personPage(v *visit) error {
	return w.showPerson(v, http.StatusOK, nil, v.PathValue("account"), nil)
}

func (w *Web) showPerson(v *visit, status int, p *problem, id string, s *secrets) error {
	a, err := w.identity.Account(v.Context(), id)
	if err != nil {
		return err
	}
	d := personData{Account: a, Roles: w.placementRows(a), Form: w.roleForm(v), Secrets: s, Self: a.ID == v.session.Account}
	return w.render(v, status, page{name: "persona", title: "Persona", trail: peopleTrail, problem: p, data: d})
}

// change carries out what was asked of one account, and shows it again: with what was refused, or with what was done.
func (w *Web) change(v *visit, what, said string, do func(id string) error) error {
	id := v.PathValue("account")
	err := do(id)
	if err != nil {
		p := problemOf(err)
		if p.Status >= http.StatusInternalServerError || errors.Is(err, identity.ErrNotFound) {
			return err
		}
		return w.showPerson(v, p.Status, p, id, nil)
	}
	w.administered(v, what, id)
	return v.go303("/amministrazione/persone/" + id + "?fatto=" + said)
}

// administered writes down who changed what of whose account.
func (w *Web) administered(v *visit, what, account string) {
	w.Log.LogAttrs(v.Context(), slog.LevelInfo, "administered", slog.String("what", what), slog.String("account", account),
		slog.String("by", v.session.Account), slog.String("request_id", entrance.RequestID(v.Context())))
}

// inHistory names the administrator in the history of the tickets that what they do releases.
func inHistory(v *visit) string { return "administration/" + v.session.Account }

func (w *Web) addPlacement(v *visit) error {
	return w.change(v, "placement added", "ruolo", func(id string) error {
		f := w.roleForm(v)
		if err := f.check(w.cases.Catalog); err != nil {
			return err
		}
		_, err := w.identity.AddPlacement(v.Context(), id, f.Role, f.Entity, time.Time{})
		return err
	})
}

func (w *Web) endPlacement(v *visit) error {
	return w.change(v, "placement ended", "ruolo-finito", func(id string) error {
		f := w.roleForm(v)
		if id == v.session.Account && f.Role == person.Administrator {
			return errSelf
		}
		_, err := w.cases.EndPlacement(v.Context(), id, f.Role, f.Entity, inHistory(v))
		return err
	})
}

// renewSecrets gives an account a password and a PIN that nobody knows yet, and tells them once.
func (w *Web) renewSecrets(v *visit) error {
	id := v.PathValue("account")
	password, pin, err := identity.MakeSecrets()
	if err == nil {
		err = w.identity.SetPassword(v.Context(), id, password, pin)
	}
	if err != nil {
		return err
	}
	w.administered(v, "secrets renewed", id)
	return w.showPerson(v, http.StatusOK, nil, id, &secrets{password, pin})
}

func (w *Web) disablePerson(v *visit) error {
	return w.change(v, "account disabled", "disattivata", func(id string) error {
		switch {
		case id == v.session.Account:
			return errSelf
		case v.FormValue("conferma") == "":
			return errUnconfirmed
		}
		_, err := w.cases.Disable(v.Context(), id, inHistory(v))
		return err
	})
}

// What an administrator is refused.
var (
	errSelf        = errors.New("not one's own account")
	errUnconfirmed = errors.New("not confirmed")
)

// accountFields say what an account or a placement cannot be made of, beside the field that it was typed into.
var accountFields = map[string]fieldProblem{
	"username":  {"utente", "Nome utente: da 2 a 64 caratteri tra lettere minuscole, cifre, punto, trattino e @."},
	"name":      {"nome", "Nome e cognome: sono obbligatori, al massimo 200 caratteri in tutto."},
	"placement": {"ruolo", "Ruolo: non si tiene presso questo ente. I ruoli ASR vogliono una ASR, quelli regionali la Regione, gli altri nessun ente."},
}
