// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

// RawEvent is an event as the log keeps it.
type RawEvent struct {
	Position string          `json:"position" example:"1.42"`
	Version  int             `json:"version" doc:"Of the ticket"`
	Type     string          `json:"type" example:"ticket.resolved.v1"`
	At       time.Time       `json:"at" doc:"When the log recorded it"`
	By       projections.By  `json:"by"`
	Act      ticket.ID       `json:"act" doc:"What was done together shares it"`
	Cause    string          `json:"cause,omitempty" doc:"Position of the event that the system answered with this one"`
	Data     json.RawMessage `json:"data" doc:"The facts"`
	Personal json.RawMessage `json:"personal,omitempty" doc:"What is kept sealed, opened"`
	Erased   bool            `json:"erased" doc:"There was a sealed part; its key was destroyed"`
	Hash     string          `json:"hash" doc:"RFC 6962 leaf hash, hex"`
}

// RawEventList is all events of a ticket.
type RawEventList struct {
	Items    []RawEvent `json:"items"`
	Position string     `json:"position"`
}

type eventsInput struct {
	ID string `path:"id" format:"uuid"`
}

type eventsAnswer struct {
	Body RawEventList
}

func (a *API) events() {
	register(a, endpoint{
		id: "list-events", method: http.MethodGet, path: "/api/v1/tickets/{id}/events", tag: "tickets",
		summary: "Raw events of a ticket", description: "For auditors: everything recorded, with position and hash.",
		action: identity.ReadEvents, errors: []int{http.StatusNotFound},
	}, func(ctx context.Context, _ caller, in *eventsInput) (*eventsAnswer, error) {
		records, err := a.Store.Stream(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		if records[0].Kind != projections.Kind {
			return nil, &ticket.NotYoursError{}
		}
		head, _, err := a.Store.Head(ctx)
		if err != nil {
			return nil, err
		}
		var ids []string
		for _, r := range records {
			ids = append(ids, r.By.ID)
		}
		names, err := a.Identity.Names(ctx, ids)
		if err != nil {
			return nil, err
		}
		list := RawEventList{Items: make([]RawEvent, len(records)), Position: head.String()}
		for n, r := range records {
			list.Items[n] = rawEvent(r, head.Epoch, names)
		}
		return &eventsAnswer{list}, nil
	})
}

func who(a eventstore.Actor, names map[string]string) projections.By {
	return projections.By{ID: a.ID, Role: person.Role(a.Role), Entity: catalog.EntityCode(a.Entity), Name: names[a.ID]}
}

func rawEvent(r eventstore.Record, epoch int, names map[string]string) RawEvent {
	at := func(n int64) string { return eventstore.Position{Epoch: epoch, N: n}.String() }
	e := RawEvent{
		Position: at(r.Position), Version: r.Version, Type: r.Type, At: r.At, By: who(r.By, names), Act: ticket.ID(r.Act),
		Data: r.Data, Personal: r.Personal, Erased: r.Erased, Hash: hex.EncodeToString(r.Hash[:]),
	}
	if r.Cause > 0 {
		e.Cause = at(r.Cause)
	}
	return e
}
