// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections/lists"
)

type queuesInput struct {
	After string `query:"after" example:"1.42" doc:"Position of an answer: waits up to 2 s until the counts contain it"`
}

// QueueList is the queues of a placement with their exact counts.
type QueueList struct {
	Items    []lists.Queue `json:"items"`
	Position string        `json:"position" example:"1.42" doc:"Of the log, that the counts are of"`
	Stale    bool          `json:"stale,omitempty" doc:"The position asked for was not reached in time"`
}

type queuesOutput struct {
	Body QueueList
}

type listInput struct {
	Queue    lists.QueueID      `query:"queue" example:"nuove" doc:"Id of a queue of mine; if left out all that I may see, traces included"`
	Status   ticket.Status      `query:"status" enum:"nuovo,in_lavorazione,in_attesa_utente,non_di_competenza,risolto,chiuso"`
	Entity   catalog.EntityCode `query:"entity" doc:"Competent entity"`
	Assignee string             `query:"assignee" doc:"User name or id, supervisori, nessuno"`
	Q        string             `query:"q" maxLength:"200" doc:"A number or its beginning, a codice fiscale, or Italian words"`
	Sort     lists.Sort         `query:"sort" enum:"opened_at,-opened_at,updated_at,-updated_at,number,-number,requester,-requester" default:"-updated_at"`
	Cursor   string             `query:"cursor" maxLength:"1000" doc:"next_cursor or previous_cursor of the page beside it, with the same filter"`
	Limit    int                `query:"limit" minimum:"1" maximum:"200" default:"50"`
	After    string             `query:"after" example:"1.42" doc:"Position of an answer: waits up to 2 s until the list contains it"`
}

// TicketList is one page of a list of tickets.
type TicketList struct {
	Items      []lists.Item `json:"items"`
	NextCursor string       `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	Previous   string       `json:"previous_cursor,omitempty" doc:"Absent on the first page"`
	Total      int          `json:"total" doc:"Of all pages: exact for a queue alone, and else up to 1000"`
	More       bool         `json:"more" doc:"There are more than total"`
	Position   string       `json:"position" example:"1.42"`
	Stale      bool         `json:"stale,omitempty" doc:"The position asked for was not reached in time"`
}

type listOutput struct {
	Body TicketList
}

// registerLists adds queues and lists.
func (a *API) registerLists() {
	register(a, endpoint{
		id: "list-queues", method: http.MethodGet, path: "/api/v1/queues", tag: "work",
		summary: "My queues", description: "The queues of the placement chosen, with exact counts.", action: identity.ListTickets,
	}, a.listQueues)
	register(a, endpoint{
		id: "list-tickets", method: http.MethodGet, path: "/api/v1/tickets", tag: "work",
		summary: "List and search tickets", description: "Among those that the caller may see.", action: identity.ListTickets,
	}, a.listTickets)
}

func (a *API) listQueues(ctx context.Context, c caller, in *queuesInput) (*queuesOutput, error) {
	late, err := a.waitForLists(ctx, in.After)
	if err != nil {
		return nil, err
	}
	queues, at, err := a.App.Lists.Queues(ctx, c.Viewer())
	if err != nil {
		return nil, err
	}
	return &queuesOutput{QueueList{Items: queues, Position: at.String(), Stale: late}}, nil
}

func (a *API) listTickets(ctx context.Context, c caller, in *listInput) (*listOutput, error) {
	late, err := a.waitForLists(ctx, in.After)
	if err != nil {
		return nil, err
	}
	f := lists.Filter{
		Queue: in.Queue, Status: in.Status, Entity: in.Entity, Assignee: in.Assignee, Q: in.Q, Sort: in.Sort, Cursor: in.Cursor, Limit: in.Limit,
	}
	page, err := a.App.ListTickets(ctx, c.Caller, f)
	if err != nil {
		return nil, err
	}
	return &listOutput{TicketList{Items: page.Items, NextCursor: page.NextCursor, Previous: page.PreviousCursor, Total: page.Total, More: page.MoreThanTotal, Position: page.Position.String(), Stale: late}}, nil
}

// waitForLists waits until the lists contain what a position tells, at most two seconds; late tells that they do not.
func (a *API) waitForLists(ctx context.Context, position string) (late bool, err error) {
	p, err := parsePosition("after", position)
	if err != nil || position == "" {
		return false, err
	}
	return a.App.Lists.Wait(ctx, p)
}
