// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package citizen

import (
	"net/http"
	"strconv"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/answers"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// lookRoutes returns the routes of «Chi ha consultato la mia richiesta». They need a log-in: a personal link may be in other hands.
func (p *Pages) lookRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /richieste/{link}/consultazioni", Access: ui.WithRole, Action: policy.ReadOwnAccesses, Handle: p.looksPage},
		{Pattern: "GET /richieste/{link}/consultazioni.csv", Access: ui.WithRole, Action: policy.ReadOwnAccesses, Handle: p.looksCSV},
	}
}

// looksPageSize is the number of looks on a page.
const looksPageSize = 50

type looksData struct {
	ID          ticket.ID
	Number      string
	Looks       []lookRow
	Listings    []listingRow
	NextBefore  int64
	IsLaterPage bool
}

type lookRow struct {
	At                      time.Time
	Structure, Who, Purpose string
}

type listingRow struct {
	Day                     string
	Structure, Who, Purpose string
	Looks                   int
	First, Last             time.Time
}

func (p *Pages) looksPage(r *ui.Request) error {
	before, _ := strconv.ParseInt(r.FormValue("prima"), 10, 64) // a text that is not a number shows the newest page
	d := looksData{ID: ownTicketID(r), IsLaterPage: before != 0}
	a, err := answers.New(p.App).ForCitizen(r.Context(), r.Caller, d.ID, before, looksPageSize)
	if err != nil {
		return err
	}
	d.Number, d.NextBefore = a.Number, a.Before
	for _, l := range a.Looks {
		d.Looks = append(d.Looks, p.lookRow(l))
	}
	for _, l := range a.Listings {
		d.Listings = append(d.Listings, listingRow{
			Day: ui.FormatDate(l.Day.Format(time.DateOnly)), Structure: p.structureName(l.Entity), Who: answers.RoleName(l.Role, false), Purpose: answers.Purpose(l.Kind), Looks: l.Looks,
			First: l.First, Last: l.Last,
		})
	}
	return p.Render(r, http.StatusOK, ui.Page{
		Template: "consultazioni", Title: "Chi ha consultato la richiesta " + d.Number, Data: d,
		Breadcrumb: []ui.Crumb{{Name: "Le mie richieste", Path: "/richieste"}, {Name: "Richiesta " + d.Number, Path: "/richieste/" + string(d.ID)}},
	})
}

func (p *Pages) lookRow(l answers.Look) lookRow {
	return lookRow{At: l.At, Structure: p.structureName(l.Entity), Who: answers.RoleName(l.Role, l.Link), Purpose: answers.Purpose(l.Kind)}
}

// structureName returns the name of an entity; who works for all of them, and the service itself, has none.
func (p *Pages) structureName(e catalog.EntityCode) string {
	if e == "" {
		return "Servizio SOL Assistenza"
	}
	return p.EntityName(e)
}

// looksCSV sends all looks and listings as a CSV file.
func (p *Pages) looksCSV(r *ui.Request) error {
	service, id := answers.New(p.App), ownTicketID(r)
	a, err := service.ForCitizen(r.Context(), r.Caller, id, 0, exportPageSize)
	if err != nil {
		return err
	}
	out := middleware.NewCSVWriter(r.Writer, "consultazioni-"+a.Number+".csv", ';')
	write := func() error {
		if err := out.WriteRow("quando", "struttura", "ruolo", "scopo", "quante_volte", "ultima_volta", "istante_utc"); err != nil {
			return err
		}
		for _, l := range a.Listings {
			err := out.WriteRow(ui.FormatTime(l.First), p.structureName(l.Entity), answers.RoleName(l.Role, false), answers.Purpose(l.Kind), strconv.Itoa(l.Looks), ui.FormatTime(l.Last),
				l.First.Format(time.RFC3339))
			if err != nil {
				return err
			}
		}
		for {
			for _, l := range a.Looks {
				row := p.lookRow(l)
				if err := out.WriteRow(ui.FormatTime(l.At), row.Structure, row.Who, row.Purpose, "1", "", l.At.Format(time.RFC3339)); err != nil {
					return err
				}
			}
			if err := out.Flush(); err != nil || a.Before == 0 {
				return err
			}
			if a, err = service.MoreForCitizen(r.Context(), r.Caller, id, a.Before, exportPageSize); err != nil {
				return err
			}
		}
	}
	if err := write(); err != nil {
		return p.AbortDownload(r, err)
	}
	return nil
}

// exportPageSize is the number of looks that the export reads at a time.
const exportPageSize = 1000
