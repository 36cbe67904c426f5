// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package auditor

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/answers"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// recordRoutes returns the routes of the search in the access log and of the report for a breach.
func (p *Pages) recordRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /revisione/consultazioni", Access: ui.WithRole, Action: policy.SearchAccesses, Handle: p.recordsPage},
		{Pattern: "GET /revisione/consultazioni.csv", Access: ui.WithRole, Action: policy.SearchAccesses, Handle: p.recordsCSV},
		{Pattern: "GET /revisione/persone-coinvolte", Access: ui.WithRole, Action: policy.ReportAccesses, Handle: p.reportPage},
		{Pattern: ReportRoute, Access: ui.WithRole, Action: policy.ReportAccesses, Handle: p.reportCSV},
	}
}

// recordsForm holds the filters of a search as they were typed.
type recordsForm struct {
	Account, Ticket, From, To string
	Entity, Controller        catalog.EntityCode
	Kind                      accesslog.Kind
	Outcome                   accesslog.Outcome
}

func readRecordsForm(r *ui.Request) recordsForm {
	return recordsForm{
		Account: strings.TrimSpace(r.FormValue("persona")), Ticket: strings.TrimSpace(r.FormValue("richiesta")), From: r.FormValue("dal"), To: r.FormValue("al"),
		Entity: catalog.EntityCode(r.FormValue("ente")), Controller: catalog.EntityCode(r.FormValue("titolare")), Kind: accesslog.Kind(r.FormValue("cosa")),
		Outcome: accesslog.Outcome(r.FormValue("esito")),
	}
}

// link returns the address of a page with the same filters.
func (f recordsForm) link(path string, before int64) string {
	query := url.Values{}
	for name, value := range map[string]string{
		"persona": f.Account, "richiesta": f.Ticket, "dal": f.From, "al": f.To, "ente": string(f.Entity), "titolare": string(f.Controller), "cosa": string(f.Kind), "esito": string(f.Outcome),
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if before != 0 {
		query.Set("prima", strconv.FormatInt(before, 10))
	}
	return path + "?" + query.Encode()
}

// readSearch converts the form. Error: *ui.Problem for a person, ticket or day that is not known.
func (p *Pages) readSearch(r *ui.Request, f recordsForm) (s answers.Search, err error) {
	s = answers.Search{Entity: f.Entity, Controller: f.Controller, Kind: f.Kind, Outcome: f.Outcome}
	if f.Account != "" {
		if s.Account, err = p.findAccount(r, f.Account); err != nil {
			return s, err
		}
	}
	if f.Ticket != "" {
		if s.Ticket, err = p.findTicket(r, f.Ticket); err != nil {
			return s, err
		}
	}
	s.From, s.To, err = readInterval(f.From, f.To)
	return s, err
}

// findAccount returns the id of the account with a user name or id. Error: *ui.Problem.
func (p *Pages) findAccount(r *ui.Request, name string) (string, error) {
	id, err := p.Identity.FindAccount(r.Context(), name)
	if !errors.Is(err, identity.ErrNotFound) {
		return id, err
	}
	if eventstore.IsID(name) { // of an account that no longer exists
		return name, nil
	}
	return "", fieldProblem("persona", "Non c’è nessuna persona con questo nome utente.")
}

// findTicket returns the id of the ticket with a number. Error: *ui.Problem.
func (p *Pages) findTicket(r *ui.Request, number string) (ticket.ID, error) {
	id, err := p.App.FindTicket(r.Context(), number)
	if errors.Is(err, eventstore.ErrNotFound) {
		return "", fieldProblem("richiesta", "Non c’è nessuna richiesta con il numero "+number+".")
	}
	return id, err
}

// readInterval returns the interval of two days in Rome, both included; zero times for "". Error: *ui.Problem.
func readInterval(from, to string) (first, end time.Time, err error) {
	if from != "" {
		if first, err = time.ParseInLocation(time.DateOnly, from, calendar.Rome()); err != nil {
			return first, end, fieldProblem("dal", "Scriva una data.")
		}
	}
	if to != "" {
		if end, err = time.ParseInLocation(time.DateOnly, to, calendar.Rome()); err != nil {
			return first, end, fieldProblem("al", "Scriva una data.")
		}
		end = end.AddDate(0, 0, 1)
	}
	return first, end, nil
}

func fieldProblem(field, text string) *ui.Problem {
	return &ui.Problem{Status: http.StatusUnprocessableEntity, Title: "Qualcosa va corretto", Text: "Corregga il campo indicato e cerchi di nuovo.", Fields: []ui.FieldProblem{{Field: field, Text: text}}}
}

type recordsData struct {
	recordsForm
	Entities []catalog.Entity
	Kinds    []kindOption
	Rows     []recordRow
	Coverage accesslog.Coverage
	Asked    bool   // a search was made
	NextLink string // "": the last page
	FileLink string
}

type kindOption struct {
	ID   accesslog.Kind
	Name string
}

type recordRow struct {
	At                               time.Time
	Moment, Who, Role, EntityName    string
	What, Number, Controller, Source string
	Ticket                           ticket.ID
	Shown                            int
	Refused                          bool
}

// recordsPageSize is the number of records on a page.
const recordsPageSize = 100

func (p *Pages) recordsPage(r *ui.Request) error {
	d := recordsData{recordsForm: readRecordsForm(r), Entities: p.App.Catalog.AllEntities(), Asked: len(r.URL.Query()) > 0}
	for _, k := range recordKinds {
		d.Kinds = append(d.Kinds, kindOption{k, accessNames[k]})
	}
	page := ui.Page{Template: "registro-consultazioni", Title: "Registro delle consultazioni", Breadcrumb: auditTrail}
	if !d.Asked {
		page.Data = d
		return p.Render(r, http.StatusOK, page)
	}
	found, next, err := p.findRecords(r, d.recordsForm, recordsPageSize)
	if err != nil {
		problem := ui.ProblemOf(err)
		if problem.Status != http.StatusUnprocessableEntity {
			return err
		}
		page.Problem, page.Data = problem, d
		return p.Render(r, problem.Status, page)
	}
	if d.Rows, err = p.recordRows(r, found); err != nil {
		return err
	}
	if d.Coverage, err = answers.New(p.App).Coverage(r.Context(), r.Caller); err != nil {
		return err
	}
	if d.FileLink = d.link("/revisione/consultazioni.csv", 0); next != 0 {
		d.NextLink = d.link("/revisione/consultazioni", next)
	}
	page.Data = d
	return p.Render(r, http.StatusOK, page)
}

// findRecords makes the search of a form, for the page that the address names.
func (p *Pages) findRecords(r *ui.Request, f recordsForm, limit int) ([]answers.Found, int64, error) {
	s, err := p.readSearch(r, f)
	if err != nil {
		return nil, 0, err
	}
	s.Before, _ = strconv.ParseInt(r.FormValue("prima"), 10, 64) // a text that is not a number shows the newest page
	s.Limit = limit
	return answers.New(p.App).FindRecords(r.Context(), r.Caller, s)
}

// recordKinds lists the kinds of looks in the order of the form.
var recordKinds = []accesslog.Kind{
	accesslog.Ticket, accesslog.Checks, accesslog.Attachment, accesslog.Preview, accesslog.Lists, accesslog.Search, accesslog.Export, accesslog.Figures, accesslog.Notifications,
	accesslog.History, accesslog.Dossier, accesslog.Accesses, accesslog.Question,
}

// recordRows converts records, with the names of who looked.
func (p *Pages) recordRows(r *ui.Request, found []answers.Found) (rows []recordRow, err error) {
	var ids []string
	for _, e := range found {
		ids = append(ids, e.By.ID)
	}
	names, err := p.Identity.Names(r.Context(), r.Caller.Viewer().Reader(), ids)
	if err != nil {
		return nil, err
	}
	for _, e := range found {
		row := recordRow{
			At: e.At, Moment: formatInstant(e.At), Who: cmp.Or(names[e.By.ID], e.By.ID, "nessun account"), Role: cmp.Or(ui.RoleNames[e.By.Role], string(e.By.Role)),
			What: cmp.Or(accessNames[e.Kind], string(e.Kind)), Number: cmp.Or(e.Number, string(e.Ticket)), Ticket: e.Ticket, Shown: len(e.Shown), Refused: e.Outcome == accesslog.Refused,
		}
		if e.By.Entity != "" {
			row.EntityName = p.EntityName(e.By.Entity)
		}
		if e.Controller != "" {
			row.Controller = p.EntityName(e.Controller)
		}
		row.Source = strings.Join(nonEmpty(e.Address, e.Workstation, e.Purpose), ", ")
		if e.CommandLine {
			row.Source = strings.Join(nonEmpty("riga di comando", e.Purpose), ", ")
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func nonEmpty(texts ...string) (all []string) {
	for _, t := range texts {
		if t != "" {
			all = append(all, t)
		}
	}
	return all
}

// recordsCSV sends all records of a search as a CSV file.
func (p *Pages) recordsCSV(r *ui.Request) error {
	s, err := p.readSearch(r, readRecordsForm(r))
	if err != nil {
		return err
	}
	s.Limit = answers.MaxFound
	service := answers.New(p.App)
	coverage, err := service.Coverage(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	completeFrom := ui.FormatTime(coverage.CompleteFrom)
	var out *middleware.CSVWriter
	writePage := func() error {
		found, next, err := service.FindRecords(r.Context(), r.Caller, s)
		if err != nil {
			return err
		}
		rows, err := p.recordRows(r, found)
		if err != nil {
			return err
		}
		if out == nil {
			out = middleware.NewCSVWriter(r.Writer, coveredFile("consultazioni", coverage), ';')
			err := out.WriteRow("posizione", "quando", "chi", "account", "ruolo", "ente", "che_cosa", "richiesta", "richieste_in_elenco", "titolare", "rifiutata", "da_dove", "istante_utc",
				"registro_completo_dal")
			if err != nil {
				return err
			}
		}
		for n, row := range rows {
			e := found[n]
			err := out.WriteRow(strconv.FormatInt(e.ID, 10), ui.FormatTime(row.At), row.Who, e.By.ID, row.Role, row.EntityName, row.What, row.Number, strconv.Itoa(row.Shown), row.Controller,
				map[bool]string{true: "sì", false: ""}[row.Refused], row.Source, e.At.Format(time.RFC3339Nano), completeFrom)
			if err != nil {
				return err
			}
		}
		s.Before = next
		return out.Flush()
	}
	for more := true; more; more = s.Before != 0 {
		if err := writePage(); err != nil && out != nil {
			return p.AbortDownload(r, err)
		} else if err != nil {
			return err
		}
	}
	return nil
}
