// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package auditor

import (
	"cmp"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// accessNames holds the Italian names of what was read.
var accessNames = map[accesslog.Kind]string{
	accesslog.Ticket: "Richiesta", accesslog.Checks: "Verifiche", accesslog.Attachment: "Allegato", accesslog.History: "Storia completa",
	accesslog.Dossier: "Fascicolo scaricato", accesslog.Accesses: "Elenco degli accessi", accesslog.Search: "Ricerca del codice fiscale",
	accesslog.PersonSearched: "Ricerca per nome o recapito", accesslog.Question: "Domanda a un sistema collegato",
	accesslog.Preview: "Anteprima di un testo", accesslog.Lists: "Elenco", accesslog.Export: "Elenco scaricato", accesslog.Figures: "Richieste di una cifra",
	accesslog.Notifications: "Avvisi", accesslog.Link: "Collegamento personale", accesslog.Page: "Pagina",
}

// accessesData holds the access records of a ticket, newest first.
type accessesData struct {
	ID          ticket.ID
	Number      string
	Rows        []accessRow
	NextBefore  int64 // id of the entry before which the next page begins; 0: no older entries
	IsLaterPage bool  // the page is not the newest
}

type accessRow struct {
	At                            time.Time
	Moment, Who, Role, EntityName string
	What                          string
}

const accessesPageSize = 100

func (p *Pages) accessesPage(r *ui.Request) error {
	before, _ := strconv.ParseInt(r.FormValue("prima"), 10, 64) // a text that is not a number shows the newest page
	d := accessesData{ID: ticket.ID(r.PathValue("id")), IsLaterPage: before != 0}
	entries, t, names, err := p.App.ListAccesses(r.Context(), r.Caller, d.ID, before, accessesPageSize+1)
	if err != nil {
		return err
	}
	d.Number = t.Number
	if len(entries) > accessesPageSize {
		entries = entries[:accessesPageSize]
		d.NextBefore = entries[accessesPageSize-1].ID
	}
	for _, e := range entries {
		d.Rows = append(d.Rows, p.newAccessRow(d.ID, e, names))
	}
	return p.Render(r, http.StatusOK, ui.Page{
		Template: "accessi", Title: "Accessi alla richiesta " + d.Number, Data: d,
		Breadcrumb: []ui.Crumb{auditTrail[0], {Name: "Richiesta " + d.Number, Path: "/revisione/" + string(d.ID)}},
	})
}

// newAccessRow converts an access record of the ticket id. A citizen whose actor id is the ticket's id read by the personal link.
func (p *Pages) newAccessRow(id ticket.ID, e accesslog.Entry, names map[string]string) accessRow {
	row := accessRow{At: e.At, Moment: formatInstant(e.At), Who: cmp.Or(names[e.By.ID], e.By.ID), Role: cmp.Or(ui.RoleNames[e.By.Role], string(e.By.Role)), What: accessNames[e.Kind]}
	if e.Kind == accesslog.Search && e.Person == "" {
		row.What = accessNames[accesslog.PersonSearched]
	}
	if e.Outcome == accesslog.Refused {
		row.What += " (rifiutata)"
	}
	if e.By.Entity != "" {
		row.EntityName = p.EntityName(e.By.Entity)
	}
	if e.Kind == accesslog.Question {
		row.Who, row.What = "il sistema, per questa richiesta", row.What+": "+e.Detail
	}
	if e.By.Role == person.Citizen && e.By.ID == string(id) {
		row.Who = "con il collegamento personale"
	}
	return row
}

// accessesCSV sends all stored access records of a ticket as a CSV file: the time as a spreadsheet reads it, to the minute, and exactly.
func (p *Pages) accessesCSV(r *ui.Request) error {
	id := ticket.ID(r.PathValue("id"))
	entries, t, names, err := p.App.ListAccesses(r.Context(), r.Caller, id, 0, math.MaxInt32)
	if err != nil {
		return err
	}
	out := middleware.NewCSVWriter(r.Writer, "accessi-"+t.Number+".csv", ';')
	if err := out.WriteRow("quando", "chi", "account", "ruolo", "ente", "che_cosa", "allegato", "istante_utc"); err != nil {
		return p.AbortDownload(r, err)
	}
	for _, e := range entries {
		row := p.newAccessRow(id, e, names)
		if err := out.WriteRow(ui.FormatTime(e.At), row.Who, e.By.ID, row.Role, row.EntityName, row.What, attachmentOf(e), e.At.UTC().Format(time.RFC3339Nano)); err != nil {
			return p.AbortDownload(r, err)
		}
	}
	if err := out.Flush(); err != nil {
		return p.AbortDownload(r, err)
	}
	return nil
}

// attachmentOf returns the id of the attachment that was read; "" for another kind of access.
func attachmentOf(e accesslog.Entry) string {
	if e.Kind != accesslog.Attachment {
		return ""
	}
	return e.Detail
}
