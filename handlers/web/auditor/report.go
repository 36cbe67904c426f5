// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package auditor

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accessreport"
	"github.com/sol-assistenza/sol/handlers/app/answers"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// ReportRoute is the route of the report as a CSV file. It has no maximum length, so the router sets no time limit.
const ReportRoute = "GET /revisione/persone-coinvolte.csv"

// reportForm holds what was typed: user names and numbers of tickets, separated by spaces or commas, and days.
type reportForm struct{ Accounts, Tickets, From, To string }

func readReportForm(r *ui.Request) reportForm {
	return reportForm{strings.TrimSpace(r.FormValue("persona")), strings.TrimSpace(r.FormValue("richiesta")), r.FormValue("dal"), r.FormValue("al")}
}

// readReport converts a form. Error: *ui.Problem.
func (p *Pages) readReport(r *ui.Request, f reportForm) (q accessreport.Query, err error) {
	separated := func(text string) []string {
		return strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == ',' || c == ';' || c == '\n' || c == '\r' })
	}
	for _, name := range separated(f.Accounts) {
		account, err := p.findAccount(r, name)
		if err != nil {
			return q, err
		}
		q.Accounts = append(q.Accounts, account)
	}
	for _, number := range separated(f.Tickets) {
		id, err := p.findTicket(r, number)
		if err != nil {
			return q, err
		}
		q.Tickets = append(q.Tickets, id)
	}
	q.From, q.To, err = readInterval(f.From, f.To)
	return q, err
}

type reportData struct {
	reportForm
	Asked       bool
	IsComplete  bool // each look of the interval has a record
	Summary     accessreport.Summary
	Controllers string
	Rows        []reportRow
	FileLink    string
}

type reportRow struct {
	accessreport.Row
	Name, Data, Controllers string
	Contacts                []string
}

// shownRows is the number of tickets that the page shows; the file holds all.
const shownRows = 100

func (p *Pages) reportPage(r *ui.Request) error {
	d := reportData{reportForm: readReportForm(r), Asked: len(r.URL.Query()) > 0}
	page := ui.Page{Template: "persone-coinvolte", Title: "Persone coinvolte", Breadcrumb: append(slices.Clone(auditTrail), ui.Crumb{Name: "Consultazioni", Path: "/revisione/consultazioni"})}
	var err error
	if d.Asked {
		err = p.fillReport(r, &d)
	}
	if errors.Is(err, accessreport.ErrTooWide) {
		err = fieldProblem("persona", "Indichi almeno una persona, una richiesta, o un periodo con inizio e fine.")
	}
	if err != nil {
		problem := ui.ProblemOf(err)
		if problem.Status != http.StatusUnprocessableEntity {
			return err
		}
		d.Asked, page.Problem, page.Data = false, problem, d
		return p.Render(r, problem.Status, page)
	}
	page.Data = d
	return p.Render(r, http.StatusOK, page)
}

func (p *Pages) fillReport(r *ui.Request, d *reportData) error {
	q, err := p.readReport(r, d.reportForm)
	if err != nil {
		return err
	}
	page, err := answers.New(p.App).ReportPage(r.Context(), r.Caller, q, shownRows)
	d.IsComplete = page.Summary.Covers(q.From)
	d.Summary, d.Controllers = page.Summary, p.entityNames(page.Summary.Controllers)
	for _, row := range page.Items {
		d.Rows = append(d.Rows, p.newReportRow(row))
	}
	d.FileLink = "/revisione/persone-coinvolte.csv?" + url.Values{"persona": {d.Accounts}, "richiesta": {d.Tickets}, "dal": {d.From}, "al": {d.To}}.Encode()
	return err
}

func (p *Pages) newReportRow(row accessreport.Row) reportRow {
	out := reportRow{Row: row, Name: strings.TrimSpace(row.FamilyName + " " + row.GivenName), Controllers: p.entityNames(row.Controllers), Contacts: nonEmpty(row.Email, row.Phone)}
	switch {
	case row.Erased:
		out.Name = "dati cancellati"
	case row.Unreadable:
		out.Name = "non leggibile"
	}
	var parts []string
	for _, kind := range accessreport.Kinds() {
		if n := row.Opened[kind] + row.Listed[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s (%d)", accessreport.Italian(kind), n))
		}
	}
	out.Data = strings.Join(parts, "; ")
	return out
}

// Representation returns the Italian label of the check whether the requester, whose contacts these are, may act for another person.
func (r reportRow) Representation() string { return ticketview.RepresentationLabel(r.Represented) }

// entityNames returns the names of entities, separated by commas.
func (p *Pages) entityNames(codes []catalog.EntityCode) string {
	names := make([]string, len(codes))
	for i, c := range codes {
		names[i] = p.EntityName(c)
	}
	return strings.Join(names, ", ")
}

// reportCSV sends the whole report as a CSV file. An error after the first row aborts the download.
func (p *Pages) reportCSV(r *ui.Request) error {
	q, err := p.readReport(r, readReportForm(r))
	if err != nil {
		return err
	}
	var out *middleware.CSVWriter
	rows := 0
	completeFrom := ""
	err = answers.New(p.App).Report(r.Context(), r.Caller, q, nil, func(s accessreport.Summary) error {
		completeFrom = ui.FormatTime(s.CompleteFrom)
		out = middleware.NewCSVWriter(r.Writer, coveredFile("persone-coinvolte", s.Coverage), ';')
		return out.WriteRow("persona", "cognome", "nome", "e_mail", "telefono", "persona_interessata", "rappresentanza", "dati_cancellati", "richiesta", "aperture", "elenchi", "dati_visti", "allegati", "titolari",
			"account", "prima_volta", "ultima_volta", "registro_completo_dal")
	}, func(row accessreport.Row) error {
		shown := p.newReportRow(row)
		if rows++; rows%100 == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		return out.WriteRow(row.PersonID, row.FamilyName, row.GivenName, row.Email, row.Phone, row.Concerns, shown.Representation(), map[bool]string{true: "sì", false: ""}[row.Erased], cmp.Or(row.Number, string(row.Ticket)), strconv.Itoa(row.Openings),
			strconv.Itoa(row.Listings), shown.Data, strings.Join(row.Files, "; "), shown.Controllers, strings.Join(row.Accounts, " "), ui.FormatTime(row.First), ui.FormatTime(row.Last), completeFrom)
	})
	if err == nil {
		err = out.Flush()
	}
	if err != nil && out != nil {
		return p.AbortDownload(r, err)
	}
	return err
}

// coveredFile returns the name of a CSV file from the access log, with the day from which on the log is complete: a file without a row says so too.
func coveredFile(name string, c accesslog.Coverage) string {
	return name + "-registro-completo-dal-" + c.CompleteFrom.In(calendar.Rome()).Format(time.DateOnly) + ".csv"
}
