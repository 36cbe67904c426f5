// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accessreport"
	"github.com/sol-assistenza/sol/handlers/app/answers"
)

type accessRecordsInput struct {
	Account    string             `query:"account" maxLength:"100" doc:"Id of the account that looked"`
	Ticket     string             `query:"ticket" maxLength:"36" doc:"Id or number of a ticket that was opened, or that a list showed"`
	Entity     catalog.EntityCode `query:"entity" maxLength:"100" doc:"Placement of who looked"`
	Controller catalog.EntityCode `query:"controller" maxLength:"100" doc:"Entity that was competent for the ticket that was opened"`
	Kind       accesslog.Kind     `query:"kind" maxLength:"100"`
	Outcome    accesslog.Outcome  `query:"outcome" enum:"shown,refused"`
	From       time.Time          `query:"from" doc:"Without it, without account and without ticket: 31 days ago"`
	To         time.Time          `query:"to" doc:"Not included"`
	Cursor     string             `query:"cursor" maxLength:"100" doc:"next_cursor of the previous page"`
	Limit      int                `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type accessRecordsOutput struct{ Body answers.AccessRecordList }

type accessReportInput struct {
	Account []string  `query:"account,explode" maxItems:"100" doc:"Ids of accounts that looked"`
	Ticket  []string  `query:"ticket,explode" maxItems:"100" doc:"Ids or numbers of tickets"`
	From    time.Time `query:"from"`
	To      time.Time `query:"to" doc:"Not included"`
	Limit   int       `query:"limit" minimum:"1" maximum:"1000" default:"200" doc:"Number of tickets in items; the summary counts all"`
}

type accessReportOutput struct{ Body answers.AccessReport }

// registerAccessRecords adds the endpoints of auditors and data protection officers over the access log.
func (a *API) registerAccessRecords() {
	register(a, endpoint{
		id: "list-access-records", method: http.MethodGet, path: "/api/v1/access-records", tag: "audit",
		summary: "Search the access log", description: "For auditors and data protection officers: those of an entity find the records of its tickets and of its employees. The search leaves a record itself.",
		action: policy.SearchAccesses,
	}, a.listAccessRecords)
	register(a, endpoint{
		id: "get-access-report", method: http.MethodGet, path: "/api/v1/access-report", tag: "audit",
		summary:     "Whose data were seen",
		description: "For a breach: from accounts, tickets or an interval to the persons concerned, with contacts, the data that were seen and the controllers. The report leaves a record itself.",
		action:      policy.ReportAccesses,
	}, a.getAccessReport)
}

func (a *API) listAccessRecords(ctx context.Context, c caller, in *accessRecordsInput) (*accessRecordsOutput, error) {
	before, err := parseRecordCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	var id ticket.ID
	if in.Ticket != "" {
		if id, err = a.findTicket(ctx, in.Ticket); err != nil {
			return nil, err
		}
	}
	service := answers.New(a.App)
	found, next, err := service.FindRecords(ctx, c.Caller, answers.Search{
		Account: in.Account, Ticket: id, Entity: in.Entity, Controller: in.Controller, Kind: in.Kind, Outcome: in.Outcome, From: in.From, To: in.To,
		Before: before, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	out := answers.NewRecordList(found)
	out.NextCursor = recordCursor(next)
	if out.Coverage, err = service.Coverage(ctx, c.Caller); err != nil {
		return nil, err
	}
	return &accessRecordsOutput{out}, nil
}

func (a *API) getAccessReport(ctx context.Context, c caller, in *accessReportInput) (*accessReportOutput, error) {
	q := accessreport.Query{Accounts: in.Account, From: in.From, To: in.To}
	for _, number := range in.Ticket {
		id, err := a.findTicket(ctx, number)
		if err != nil {
			return nil, err
		}
		q.Tickets = append(q.Tickets, id)
	}
	out, err := answers.New(a.App).ReportPage(ctx, c.Caller, q, in.Limit)
	if errors.Is(err, accessreport.ErrTooWide) {
		err = invalidField("account", "an account, a ticket or an interval is required", "account, ticket, or from and to")
	}
	return &accessReportOutput{out}, err
}

// findTicket returns the id of the ticket that a filter names by id or number.
func (a *API) findTicket(ctx context.Context, number string) (ticket.ID, error) {
	id, err := a.App.FindTicket(ctx, number)
	if errors.Is(err, eventstore.ErrNotFound) {
		err = invalidField("ticket", "no ticket has this number", "the id or number of a ticket")
	}
	return id, err
}
