// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/projections/dashboard"
)

const exportRoute = "GET /api/v1/tickets.csv"

// FigureScope is what figures are asked for.
type FigureScope struct {
	From    string             `query:"from" example:"2026-03-01" doc:"First day of the period, Europe/Rome; 29 days before its last if left out"`
	To      string             `query:"to" example:"2026-03-31" doc:"Last day, whose end the figures are true for; today and now if left out"`
	Entity  catalog.EntityCode `query:"entity" doc:"Of one entity; supervisors of an ASR see their own alone"`
	Service catalog.ServiceID  `query:"service" maxLength:"100"`
	Problem catalog.ProblemID  `query:"problem" maxLength:"100" doc:"Of the service"`
	After   string             `query:"after" example:"1.42" doc:"Position of an answer: waits up to 2 s until the figures contain it"`
}

func (in FigureScope) scope() dashboard.Scope {
	return dashboard.Scope{From: in.From, To: in.To, Entity: in.Entity, Service: in.Service, Problem: in.Problem}
}

// DashboardBody is the supervisors' figures.
type DashboardBody struct {
	dashboard.Dashboard
	Position string `json:"position" example:"1.42" doc:"Of the log, that the figures are of"`
	Stale    bool   `json:"stale,omitempty" doc:"The position asked for was not reached in time"`
}

type dashboardOutput struct {
	Body DashboardBody
}

type exportInput struct {
	FigureScope
	Figure   dashboard.FigureID `query:"figure" doc:"What is to be behind which figure; tutte: all tickets, as they stood at the end of the period" enum:"tutte,aperte,senza_risposta,senza_operatore,arrivate,prime_risposte,risolte,scartate,doppie,riaperte,inoltri,riprese,scadute,forzature,esiti" default:"tutte"`
	Status   ticket.Status      `query:"status" enum:"nuovo,in_lavorazione,in_attesa_utente,non_di_competenza,risolto,chiuso"`
	Age      string             `query:"age" enum:"0,1,3,7,14,30" doc:"Of tickets: at least so many days, and less than the next of these"`
	Day      string             `query:"day" example:"2026-03-02" doc:"Of what was done: on that day of the period"`
	Operator string             `query:"operator" maxLength:"100" doc:"Id of the account: whose tickets, or who did it; supervisori"`
	Giver    catalog.EntityCode `query:"giver" doc:"Of hand-overs"`
	Receiver catalog.EntityCode `query:"receiver" doc:"Of hand-overs"`
	Detail   string             `query:"detail" maxLength:"200" doc:"Ground of a hand-over, playbook/outcome of an outcome"`
}

// registerDashboard adds the supervisors' figures and what is behind them.
func (a *API) registerDashboard() {
	register(a, endpoint{
		id: "get-dashboard", method: http.MethodGet, path: "/api/v1/dashboard", tag: "work",
		summary: "Figures for supervisors",
		description: "What was open at the end of the period, and what was done in it: exact, as recorded by then, for any past day. " +
			"Supervisors of an ASR see those of their entity, those of the Region and auditors all.",
		action: identity.ReadFigures,
	}, func(ctx context.Context, c caller, in *FigureScope) (*dashboardOutput, error) {
		late, err := a.waitForFigures(ctx, in.After)
		if err != nil {
			return nil, err
		}
		d, err := a.App.Dashboard.Read(ctx, c.Viewer(), in.scope())
		if err != nil {
			return nil, err
		}
		return &dashboardOutput{DashboardBody{d, d.Position.String(), late}}, nil
	})
	register(a, endpoint{
		id: "export-tickets", method: http.MethodGet, path: "/api/v1/tickets.csv", tag: "work",
		summary: "What is behind a figure, as CSV",
		description: "All of it, however much, in one snapshot; RFC 4180, UTF-8, times RFC 3339 UTC. Of the figures of tickets (tutte, aperte, senza_risposta, senza_operatore) a row is a ticket as it " +
			"stood, of the others one thing that was done. No names of citizens. X-Position and X-As-Of say what it is true for. An answer that breaks off is not whole.",
		action: identity.ExportTickets,
		responses: map[string]*huma.Response{"200": {
			Description: "OK", Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}},
			Headers: map[string]*huma.Param{
				"X-Position": {Description: "Of the log, that the rows are of", Schema: &huma.Schema{Type: huma.TypeString}},
				"X-As-Of":    {Description: "The rows are as recorded by then", Schema: &huma.Schema{Type: huma.TypeString, Format: "date-time"}},
			},
		}},
	}, a.exportTickets)
}

// waitForFigures waits until the figures contain what a position tells.
func (a *API) waitForFigures(ctx context.Context, position string) (late bool, err error) {
	p, err := parsePosition("after", position)
	if err != nil || position == "" {
		return false, err
	}
	return a.App.Dashboard.Wait(ctx, p)
}

func (a *API) exportTickets(ctx context.Context, c caller, in *exportInput) (*huma.StreamResponse, error) {
	if _, err := a.waitForFigures(ctx, in.After); err != nil {
		return nil, err
	}
	asked := dashboard.DrillDown{
		Scope: in.scope(), Figure: in.Figure, Status: in.Status, Age: in.Age, Day: in.Day, Operator: in.Operator, Giver: in.Giver, Receiver: in.Receiver, Detail: in.Detail,
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		_, w := humago.Unwrap(hc)
		var sheet *middleware.CSVWriter
		err := a.App.Dashboard.Export(ctx, c.Viewer(), asked, func(p dashboard.DrillDownPage) error {
			w.Header().Set("X-Position", p.Position.String())
			w.Header().Set("X-As-Of", p.At.Format(time.RFC3339Nano))
			sheet = middleware.NewCSVWriter(w, fmt.Sprintf("%s-%s.csv", in.Figure, p.To), ',')
			return sheet.WriteRow("number", "id", "figure", "entity", "received_by", "service", "problem", "channel", "status", "operator", "detail", "opened_at", "at", "seconds",
				"answered_at", "resolved_at", "handovers", "reopenings")
		}, func(items []dashboard.DrillDownItem) error {
			for _, i := range items {
				if err := sheet.WriteRow(exportRow(in.Figure, i)...); err != nil {
					return err
				}
			}
			return sheet.Flush()
		})
		switch {
		case err != nil && sheet == nil:
			a.refuse(ctx, err).write(w)
		case err != nil: // the client must not take it for the whole
			a.Log.LogAttrs(ctx, slog.LevelWarn, "export aborted", slog.String("request_id", middleware.RequestID(ctx)), slog.Any("error", err))
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

func exportRow(figure dashboard.FigureID, i dashboard.DrillDownItem) []string {
	received := ""
	if i.Receiver != nil {
		received = string(i.Receiver.Code)
	}
	moment := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339Nano)
	}
	return []string{
		i.Number, string(i.Ticket), string(figure), string(i.Entity.Code), received, i.Service.ID, i.Problem.ID, string(i.Channel), string(i.Status), i.Operator, i.Detail,
		moment(i.OpenedAt), moment(i.At), strconv.FormatInt(int64(i.Elapsed/time.Second), 10), moment(i.AnsweredAt), moment(i.ResolvedAt),
		strconv.Itoa(i.Handovers), strconv.Itoa(i.Reopenings),
	}
}
