// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
)

// RawEventList holds all events of a ticket, and the position of the log when they were read.
type RawEventList struct {
	Items    []app.RawEvent `json:"items"`
	Position string         `json:"position"`
}

type eventsInput struct {
	ID string `path:"id" format:"uuid"`
}

type eventsOutput struct {
	Body RawEventList
}

// registerEvents adds the endpoint that lists a ticket's events for auditors.
func (a *API) registerEvents() {
	register(a, endpoint{
		id: "list-events", method: http.MethodGet, path: "/api/v1/tickets/{id}/events", tag: "tickets",
		summary: "Raw events of a ticket", description: "For auditors: all recorded events, each with its position and hash.",
		action: policy.ReadEvents, errorStatuses: []int{http.StatusNotFound},
	}, func(ctx context.Context, c caller, in *eventsInput) (*eventsOutput, error) {
		replay, err := a.App.Replay(ctx, c.Caller, ticket.ID(in.ID))
		if err != nil {
			return nil, err
		}
		head, _, err := a.App.Store.Head(ctx)
		if err != nil {
			return nil, err
		}
		return &eventsOutput{RawEventList{Items: replay.Events, Position: head.String()}}, nil
	})
}
