// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/projections/dashboard"
)

const exportRoute = "GET /api/v1/tickets.csv"

// FigureScope is the period, entity and service of figures.
type FigureScope struct {
	From    string             `query:"from" example:"2026-03-01" doc:"First day of the period, Europe/Rome. Without it: 29 days before the last day"`
	To      string             `query:"to" example:"2026-03-31" doc:"Last day of the period; states are those at its end. Without it: today, and states are those of now"`
	Entity  catalog.EntityCode `query:"entity" doc:"Figures of one entity; supervisors of an ASR see only their own"`
	Service catalog.ServiceID  `query:"service" maxLength:"100"`
	Problem catalog.ProblemID  `query:"problem" maxLength:"100" doc:"Problem of the service"`
	After   string             `query:"after" example:"1.42" doc:"Position of an earlier response: the service waits up to 2 s until the figures contain it"`
}

func (in FigureScope) scope() dashboard.Scope {
	return dashboard.Scope{From: in.From, To: in.To, Entity: in.Entity, Service: in.Service, Problem: in.Problem}
}

// DashboardBody holds the dashboard's figures.
type DashboardBody struct {
	dashboard.Dashboard
	Position string `json:"position" example:"1.42" doc:"Position of the log that the figures contain"`
	Stale    bool   `json:"stale,omitempty" doc:"True if the figures do not contain the position of after"`
}

type dashboardOutput struct {
	Body DashboardBody
}

type exportInput struct {
	FigureScope
	Figure   dashboard.FigureID `query:"figure" doc:"The figure whose drill-down is exported; tutte: all tickets, as they were at the end of the period" enum:"tutte,aperte,senza_risposta,senza_operatore,arrivate,prime_risposte,risolte,scartate,doppie,riaperte,inoltri,riprese,scadute,forzature,esiti" default:"tutte"`
	Status   ticket.Status      `query:"status" enum:"nuovo,in_lavorazione,in_attesa_utente,non_di_competenza,risolto,chiuso"`
	Age      string             `query:"age" enum:"0,1,3,7,14,30" doc:"Age of tickets in days: at least this value, and less than the next value of the list"`
	Day      string             `query:"day" example:"2026-03-02" doc:"Day of activities, within the period"`
	Operator string             `query:"operator" maxLength:"100" doc:"Id of an account: assignee of tickets, or operator of activities; or supervisori"`
	Giver    catalog.EntityCode `query:"giver" doc:"Entity that handed over"`
	Receiver catalog.EntityCode `query:"receiver" doc:"Entity that received a hand-over"`
	Detail   string             `query:"detail" maxLength:"200" doc:"Ground of hand-overs; playbook/outcome of outcomes"`
}

// registerDashboard adds the endpoints of the figures and of their drill-downs as CSV.
func (a *API) registerDashboard() {
	register(a, endpoint{
		id: "get-dashboard", method: http.MethodGet, path: "/api/v1/dashboard", tag: "work",
		summary: "Figures for supervisors",
		description: "Open tickets at the end of the period, and activities in it. They are exact for any past day, as recorded until its end. " +
			"Supervisors of an ASR see the figures of their entity; supervisors of the Region and auditors see all.",
		action: policy.ReadFigures, errorStatuses: []int{http.StatusGone},
	}, func(ctx context.Context, c caller, in *FigureScope) (*dashboardOutput, error) {
		stale, err := a.waitForFigures(ctx, c, in.After)
		if err != nil {
			return nil, err
		}
		d, err := a.App.Dashboard.Read(ctx, c.Viewer(), in.scope())
		if err != nil {
			return nil, err
		}
		return &dashboardOutput{DashboardBody{d, d.Position.String(), stale}}, nil
	})
	register(a, endpoint{
		id: "export-tickets", method: http.MethodGet, path: "/api/v1/tickets.csv", tag: "work",
		summary: "Drill-down of a figure, as CSV",
		description: "All rows, without a maximum number, of one snapshot; RFC 4180, UTF-8, times in RFC 3339 UTC. For the figures tutte, aperte, senza_risposta and senza_operatore a row is a ticket at the end of " +
			"the period; for the others it is an activity. The file holds no names of citizens. X-Position and X-As-Of hold position and time of the snapshot. If the connection closes before the end, the file is incomplete.",
		action: policy.ExportTickets,
		responses: map[string]*huma.Response{"200": {
			Description: "OK", Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}},
			Headers: map[string]*huma.Param{
				"X-Position": {Description: "Position of the log that the rows contain", Schema: &huma.Schema{Type: huma.TypeString}},
				"X-As-Of":    {Description: "Time of the rows: they hold what was recorded until then", Schema: &huma.Schema{Type: huma.TypeString, Format: "date-time"}},
			},
		}},
	}, a.exportTickets)
}

// waitForFigures waits at most two seconds until the figures contain a position; late reports that they do not contain it.
func (a *API) waitForFigures(ctx context.Context, c caller, position string) (stale bool, err error) {
	p, err := a.parsePosition(ctx, c, "after", position)
	if err != nil || position == "" {
		return false, err
	}
	return a.App.Dashboard.Wait(ctx, p)
}

func (a *API) exportTickets(ctx context.Context, c caller, in *exportInput) (*huma.StreamResponse, error) {
	if _, err := a.waitForFigures(ctx, c, in.After); err != nil {
		return nil, err
	}
	query := dashboard.DrillDown{
		Scope: in.scope(), Figure: in.Figure, Status: in.Status, Age: in.Age, Day: in.Day, Operator: in.Operator, Giver: in.Giver, Receiver: in.Receiver, Detail: in.Detail,
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		_, w := humago.Unwrap(hc)
		var sheet *middleware.CSVWriter
		err := a.App.Looks.ExportTickets(ctx, c.Caller, query, func(p dashboard.DrillDownPage) error {
			w.Header().Set("X-Position", p.Position.String())
			w.Header().Set("X-As-Of", p.At.Format(time.RFC3339Nano))
			sheet = middleware.NewCSVWriter(w, fmt.Sprintf("%s-%s.csv", in.Figure, p.To), ',')
			return sheet.WriteRow(dashboard.ExportColumns...)
		}, func(items []dashboard.DrillDownItem) error {
			for _, i := range items {
				if err := sheet.WriteRow(i.ExportRow(in.Figure)...); err != nil {
					return err
				}
			}
			return sheet.Flush()
		})
		switch {
		case err != nil && sheet == nil:
			a.refuse(ctx, err).write(w)
		case err != nil: // the client must notice that the file is incomplete
			a.Log.LogAttrs(ctx, slog.LevelWarn, "export aborted", slog.String("request_id", middleware.RequestID(ctx)), slog.Any("error", err))
			panic(http.ErrAbortHandler)
		}
	}}, nil
}
