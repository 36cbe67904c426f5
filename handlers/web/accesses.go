// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/access"
	"github.com/sol-assistenza/sol/handlers/entrance"
)

// readings say what was read.
var readings = map[access.What]string{
	access.Ticket: "Richiesta", access.Checks: "Verifiche", access.Attachment: "Allegato", access.History: "Storia completa",
	access.Dossier: "Fascicolo scaricato", access.Accesses: "Elenco degli accessi", access.Search: "Ricerca del codice fiscale",
}

// accessesData is who read a ticket, the newest first.
type accessesData struct {
	ID     ticket.ID
	Number string
	Rows   []accessRow
	Before int64 // older ones come before this entry; 0: there are none
	Later  bool  // the page is not the newest
}

type accessRow struct {
	At                       time.Time
	Moment, Who, Role, Place string
	What                     string
}

const accessesShown = 100

func (w *Web) accessesPage(v *visit) error {
	before, _ := strconv.ParseInt(v.FormValue("prima"), 10, 64) // what is no entry is the newest
	d := accessesData{ID: ticket.ID(v.PathValue("id")), Later: before > 0}
	entries, on, names, err := w.cases.Accesses(v.Context(), v.caller, d.ID, before, accessesShown+1)
	if err != nil {
		return err
	}
	d.Number = on.Number
	if len(entries) > accessesShown {
		entries = entries[:accessesShown]
		d.Before = entries[accessesShown-1].ID
	}
	for _, e := range entries {
		d.Rows = append(d.Rows, w.accessRow(d.ID, e, names))
	}
	return w.render(v, http.StatusOK, page{
		name: "accessi", title: "Accessi alla richiesta " + d.Number, data: d,
		trail: []crumb{auditTrail[0], {"Richiesta " + d.Number, "/revisione/" + string(d.ID)}},
	})
}

func (w *Web) accessRow(of ticket.ID, e access.Entry, names map[string]string) accessRow {
	r := accessRow{At: e.At, Moment: instant(e.At), Who: cmp.Or(names[e.By.ID], e.By.ID), Role: cmp.Or(roles[e.By.Role], string(e.By.Role)), What: readings[e.What]}
	if e.By.Entity != "" {
		r.Place = w.place(e.By.Entity)
	}
	if e.By.Role == person.Citizen && e.By.ID == string(of) {
		r.Who = "con il collegamento personale"
	}
	return r
}

// accessesCSV is all of them, as far back as they are kept.
func (w *Web) accessesCSV(v *visit) error {
	id := ticket.ID(v.PathValue("id"))
	entries, on, names, err := w.cases.Accesses(v.Context(), v.caller, id, 0, math.MaxInt32)
	if err != nil {
		return err
	}
	out := entrance.NewSheet(v.rw, "accessi-"+on.Number+".csv", ';')
	if err := out.Row("quando", "chi", "account", "ruolo", "ente", "che_cosa", "allegato"); err != nil {
		return w.brokeOff(v, err)
	}
	for _, e := range entries {
		r := w.accessRow(id, e, names)
		if err := out.Row(e.At.Format(time.RFC3339Nano), r.Who, e.By.ID, r.Role, r.Place, r.What, string(e.Detail)); err != nil {
			return w.brokeOff(v, err)
		}
	}
	if err := out.Send(); err != nil {
		return w.brokeOff(v, err)
	}
	return nil
}
