// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package answers answers questions about who looked at whose data, from the access log: to auditors and data protection officers, to the
// citizen of a ticket, and to the command line. Each answer is a look itself and leaves a record.
package answers

import (
	"context"
	"errors"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accessreport"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Service answers from the access log. It is safe for concurrent use.
type Service struct{ app *app.Service }

// New returns the answers of an application service.
func New(s *app.Service) *Service { return &Service{app: s} }

// record records an answer as a look of its caller.
func (s *Service) record(ctx context.Context, by app.Caller, a accesslog.Access) (int64, error) {
	a.By, a.Client = by.Actor, by.Source()
	return s.app.AccessLog.Record(ctx, a)
}

// reportDetail is the detail of the record of a report. It is stored.
const reportDetail = "report"

// Report makes a report, as accessreport.Reporter.Run. The caller is an auditor or data protection officer, or the command line, which reads as
// the Region's auditor. progress may be nil.
func (s *Service) Report(ctx context.Context, by app.Caller, q accessreport.Query, progress func(looks, tickets, of int64), begin func(accessreport.Summary) error,
	each func(accessreport.Row) error,
) error {
	viewer := by.Viewer()
	if by.Client.CommandLine {
		viewer = app.AuditorViewer
	}
	r := accessreport.Reporter{
		Requests: s.app.Store.Pools().Request, Catalog: s.app.Catalog, Now: s.app.Store.Now, Progress: progress,
		History: func(ctx context.Context, v ticketview.Viewer, id ticket.ID) ([]ticket.Recorded, error) {
			return s.app.HistoryFor(ctx, v, id)
		},
		Record: func(ctx context.Context, shown []ticket.ID, look int64) (int64, error) {
			return s.record(ctx, by, accesslog.Access{Kind: accesslog.Accesses, Shown: shown, Look: look, Detail: reportDetail})
		},
	}
	return r.Run(ctx, viewer, q, begin, each)
}

// errEnough ends a report that has the rows that were asked for.
var errEnough = errors.New("the report has enough rows")

// ReportPage returns a report with at most limit tickets. The summary counts all.
func (s *Service) ReportPage(ctx context.Context, by app.Caller, q accessreport.Query, limit int) (AccessReport, error) {
	page := AccessReport{Items: []accessreport.Row{}, Complete: true}
	err := s.Report(ctx, by, q, nil, func(sum accessreport.Summary) error {
		page.Summary = sum
		return nil
	}, func(row accessreport.Row) error {
		if len(page.Items) == limit {
			page.Complete = false
			return errEnough
		}
		page.Items = append(page.Items, row)
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return page, err
}
