// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/lists"
)

type queuesInput struct {
	After string `query:"after" example:"1.42" doc:"Position of an earlier response: the service waits up to 2 s until the counts contain it"`
}

// QueueList holds the queues of a placement with their exact counts.
type QueueList struct {
	Items    []lists.Queue `json:"items"`
	Position string        `json:"position" example:"1.42" doc:"Position of the log that the counts contain"`
	Stale    bool          `json:"stale,omitempty" doc:"True if the counts do not contain the position of after"`
}

type queuesOutput struct {
	Body QueueList
}

type listInput struct {
	Queue    lists.QueueID      `query:"queue" example:"nuove" doc:"Id of one of my queues. Without it: all tickets that I may see, including those that my entity handed over"`
	Status   ticket.Status      `query:"status" enum:"nuovo,in_lavorazione,in_attesa_utente,non_di_competenza,risolto,chiuso"`
	Entity   catalog.EntityCode `query:"entity" doc:"The competent entity"`
	Assignee string             `query:"assignee" doc:"User name or id of an operator, supervisori, or nessuno (no assignee)"`
	// Representation is the latest check whether the requester may act for the person whom the form names.
	Representation ticket.Representation `query:"representation" enum:"unverified,verified,refused" doc:"Tickets whose form names another person, by the latest check whether the requester may act for that person"`
	Q              string                `query:"q" maxLength:"200" doc:"What to find, in any order; all of it must be found. A ticket number, whole or its last 3 digits or more; beginnings of names, with or without accents and apostrophes; a telephone number in any writing, or 6 digits of its beginning or end; an e-mail address, or the beginning of a part; 6 characters or more of a tax code (codice fiscale); a IUV or codice avviso; a file name; Italian words, the last of which may be a beginning; a quoted phrase; -word for one that must be absent"`
	Sort           lists.Sort            `query:"sort" enum:"opened_at,-opened_at,updated_at,-updated_at,number,-number,requester,-requester" default:"-updated_at"`
	Cursor         string                `query:"cursor" maxLength:"1000" doc:"next_cursor or previous_cursor of another page with the same filters"`
	Limit          int                   `query:"limit" minimum:"1" maximum:"200" default:"50"`
	After          string                `query:"after" example:"1.42" doc:"Position of an earlier response: the service waits up to 2 s until the list contains it"`
}

// TicketList is one page of a list of tickets.
type TicketList struct {
	Items      []lists.Item `json:"items"`
	NextCursor string       `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	Previous   string       `json:"previous_cursor,omitempty" doc:"Absent on the first page"`
	Total      int          `json:"total" doc:"Number of tickets on all pages: exact for a queue without other filters, otherwise at most 1000"`
	More       bool         `json:"more" doc:"There are more tickets than total"`
	Position   string       `json:"position" example:"1.42"`
	Stale      bool         `json:"stale,omitempty" doc:"True if the list does not contain the position of after"`
}

type listOutput struct {
	Body TicketList
}

// registerLists adds the endpoints of queues and lists of tickets.
func (a *API) registerLists() {
	register(a, endpoint{
		id: "list-queues", method: http.MethodGet, path: "/api/v1/queues", tag: "work",
		summary: "My queues", description: "The queues of the chosen placement, with exact counts.", action: policy.ListTickets,
		errorStatuses: []int{http.StatusGone},
	}, a.listQueues)
	register(a, endpoint{
		id: "list-tickets", method: http.MethodGet, path: "/api/v1/tickets", tag: "work",
		summary: "List and search tickets", description: "The tickets that the caller may see.", action: policy.ListTickets,
		errorStatuses: []int{http.StatusGone},
	}, a.listTickets)
}

func (a *API) listQueues(ctx context.Context, c caller, in *queuesInput) (*queuesOutput, error) {
	stale, err := a.waitForLists(ctx, c, in.After)
	if err != nil {
		return nil, err
	}
	queues, at, err := a.App.Lists.Queues(ctx, c.Viewer())
	if err != nil {
		return nil, err
	}
	return &queuesOutput{QueueList{Items: queues, Position: a.App.PositionText(c.Caller, at), Stale: stale}}, nil
}

func (a *API) listTickets(ctx context.Context, c caller, in *listInput) (*listOutput, error) {
	stale, err := a.waitForLists(ctx, c, in.After)
	if err != nil {
		return nil, err
	}
	f := lists.Filter{
		Queue: in.Queue, Status: in.Status, Entity: in.Entity, Assignee: in.Assignee, Representation: in.Representation, Q: in.Q, Sort: in.Sort, Cursor: in.Cursor, Limit: in.Limit,
	}
	page, err := a.App.ListTickets(ctx, c.Caller, f)
	if err != nil {
		return nil, err
	}
	return &listOutput{TicketList{Items: page.Items, NextCursor: page.NextCursor, Previous: page.PreviousCursor, Total: page.Total, More: page.MoreThanTotal, Position: a.App.PositionText(c.Caller, page.Position), Stale: stale}}, nil
}

// waitForLists waits at most two seconds until the lists contain a position; late reports that they do not contain it.
func (a *API) waitForLists(ctx context.Context, c caller, position string) (stale bool, err error) {
	p, err := a.parsePosition(ctx, c, "after", position)
	if err != nil || position == "" {
		return false, err
	}
	return a.App.Lists.Wait(ctx, p)
}
