// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package looks records what callers look at, and reads what is recorded as a list: a figure's tickets, an export, a queue of the past,
// notifications, refused requests. A look that cannot be recorded fails, so that no look is unrecorded. Tickets and access records are in the same
// database, so this costs no availability.
package looks

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/caller"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/projections/dashboard"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/readmodel"
)

// DrillDown returns a page of the tickets or activities that a figure counts, and records the look. Error: *readmodel.FilterError.
func (r *Recorder) DrillDown(ctx context.Context, by caller.Caller, d dashboard.DrillDown) (dashboard.DrillDownPage, error) {
	page, err := r.config.Dashboard.DrillDown(ctx, by.Viewer(), d)
	if err != nil {
		return page, err
	}
	a, err := r.figureAccess(ctx, accesslog.Figures, d)
	if err != nil {
		return dashboard.DrillDownPage{}, err
	}
	a.Shown = TicketsOf(page.Items, func(i dashboard.DrillDownItem) ticket.ID { return i.Ticket })
	return page, r.Record(ctx, by, a)
}

// ExportTickets is Dashboard.Export with records: one of the export before it begins, with its sealed filter, and one that continues it for
// the tickets of each page, before that page leaves. So the records hold what left, also of an export that was not finished, and none is larger than a page.
func (r *Recorder) ExportTickets(ctx context.Context, by caller.Caller, d dashboard.DrillDown, begin func(dashboard.DrillDownPage) error,
	each func([]dashboard.DrillDownItem) error,
) error {
	a, err := r.figureAccess(ctx, accesslog.Export, d)
	if err != nil {
		return err
	}
	a.By, a.Client = by.Actor, by.Source()
	return r.config.Dashboard.Export(ctx, by.Viewer(), d, func(page dashboard.DrillDownPage) error {
		position, err := r.config.Log.Record(ctx, a)
		if err != nil {
			return err
		}
		a.Look, a.Terms = position, accesslog.Sealed{}
		return begin(page)
	}, func(items []dashboard.DrillDownItem) error {
		a.Shown = TicketsOf(items, func(i dashboard.DrillDownItem) ticket.ID { return i.Ticket })
		if len(a.Shown) > 0 {
			if _, err := r.config.Log.Record(ctx, a); err != nil {
				return err
			}
		}
		return each(items)
	})
}

// figureAccess returns the access of a look at the tickets of a figure.
func (r *Recorder) figureAccess(ctx context.Context, kind accesslog.Kind, d dashboard.DrillDown) (accesslog.Access, error) {
	filter, err := json.Marshal(d)
	if err != nil {
		return accesslog.Access{}, fmt.Errorf("filter of figure %s: %w", d.Figure, err)
	}
	sealed, err := r.sealer.Seal(ctx, accesslog.TermsLabel, string(filter))
	return accesslog.Access{Kind: kind, Detail: string(d.Figure), Terms: sealed}, err
}

// TicketsOf returns the tickets of items in their order, each once.
func TicketsOf[T any](items []T, ticketOf func(T) ticket.ID) []ticket.ID {
	known := make(map[ticket.ID]bool, len(items))
	ids := make([]ticket.ID, 0, len(items))
	for _, item := range items {
		if id := ticketOf(item); id != "" && !known[id] {
			known[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// QueueAsOf returns a queue at a moment in the past, and records the look. Errors: those of lists.Reader.QueueAsOf.
func (r *Recorder) QueueAsOf(ctx context.Context, by caller.Caller, q lists.AsOfQuery) (lists.AsOfPage, error) {
	page, err := r.config.Lists.QueueAsOf(ctx, by.Viewer(), q)
	if err != nil {
		return page, err
	}
	return page, r.Record(ctx, by, accesslog.Access{
		Kind: accesslog.Lists, Detail: string(q.Queue), Controller: q.Entity, Shown: TicketsOf(page.Items, func(i lists.Item) ticket.ID { return i.ID }),
	})
}

// ListNotifications returns a page of the caller's notifications, and records the look at their tickets. Error: notification.ErrCursor.
func (r *Recorder) ListNotifications(ctx context.Context, by caller.Caller, unreadOnly bool, cursor string, limit int) (notification.Page, error) {
	page, err := r.config.Notifications.List(ctx, by.Actor, unreadOnly, cursor, limit)
	if err != nil {
		return page, err
	}
	return page, r.Record(ctx, by, accesslog.Access{
		Kind: accesslog.Notifications, Shown: TicketsOf(page.Items, func(n notification.Notification) ticket.ID { return n.Ticket.ID }),
	})
}

// refusedKinds holds the kinds of refused looks by the action that the route needs.
var refusedKinds = map[policy.Action]accesslog.Kind{
	policy.ReadTicket: accesslog.Ticket, policy.UpdateTicket: accesslog.Ticket, policy.UndoAct: accesslog.Ticket, policy.ReplyToTicket: accesslog.Ticket,
	policy.ListTickets: accesslog.Lists, policy.ReadEvents: accesslog.History, policy.ReadAccesses: accesslog.Accesses, policy.TakeDossier: accesslog.Dossier,
	policy.ReadNotifications: accesslog.Notifications, policy.ReadFigures: accesslog.Figures, policy.ExportTickets: accesslog.Export,
}

// Refused is a request that was refused because its caller is not known or may not see what it names, or because that does not exist.
type Refused struct {
	Action policy.Action // that the route needs; "": none
	Ticket string        // as the path names it; "": none
	File   string        // as the path names it; "": none
	Path   string        // pattern of the route
	Token  string        // id of the API token of the request; "": none. Each refused use of one is recorded
}

// IsRefusal reports whether an answer with a status, for an error, refuses a look: 401, 403, 404, or a question about another entity.
func IsRefusal(status int, err error) bool {
	var filter *readmodel.FilterError
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound ||
		errors.As(err, &filter) && filter.Reason.Code == refusal.ForeignEntity
}

// RecordRefused records a refused look, unless the request has left a record already. Adapters call it before they answer. Of callers whom nobody
// knows it records so many a minute, and how many more there were: those above, and those that could not be recorded. What they get shows nothing, so
// it needs no database.
func (r *Recorder) RecordRefused(ctx context.Context, by caller.Caller, l Refused) error {
	if accesslog.HasRecord(ctx) || l.Action == "" && l.Ticket == "" && l.Token == "" {
		return nil
	}
	if by.Actor.Role != person.Anonymous {
		return r.Record(ctx, by, r.refused(ctx, l))
	}
	left, ok := r.unknown.take(r.config.Store.Now())
	if !ok {
		return nil
	}
	a := r.refused(ctx, l)
	if left > 0 {
		a.Detail += fmt.Sprintf(" (+%d)", left)
	}
	if err := r.Record(ctx, by, a); err != nil {
		r.unknown.leave(left + 1)
	}
	return nil
}

// refused returns the access of a refused look.
func (r *Recorder) refused(ctx context.Context, l Refused) accesslog.Access {
	a := accesslog.Access{Outcome: accesslog.Refused, Kind: cmp.Or(refusedKinds[l.Action], accesslog.Page), Detail: l.Path}
	if l.Ticket != "" {
		a.Kind = cmp.Or(refusedKinds[l.Action], accesslog.Ticket)
	}
	if l.File != "" {
		a.Kind, a.Detail = accesslog.Attachment, l.File
	}
	if l.Token != "" {
		a.Detail += " API token " + l.Token
	}
	if eventstore.IsID(l.Ticket) {
		a.Ticket = ticket.ID(l.Ticket)
		if entity, err := r.config.EntityOf(ctx, a.Ticket); err == nil { // otherwise there is no such ticket
			a.Controller = entity
		}
	}
	return a
}
