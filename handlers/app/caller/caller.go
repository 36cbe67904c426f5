// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package caller identifies who calls the application service.
package caller

import (
	"cmp"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Caller identifies the person or program that uses the service: an actor with a role at an entity, the holder of a personal link, or an
// anonymous client.
type Caller struct {
	Actor person.Actor // the role is empty until a placement is chosen
	Link  ticket.ID    // the ticket of the personal link; empty without a link
	From  string       // client address, or another value that distinguishes callers without an account
	// Client holds session, address and workstation of the caller, for access records. Its address is From.
	Client accesslog.Client
}

// May reports whether the caller may do an action at all (policy.May), but to read and answer the ticket of a personal link.
func (c Caller) May(action policy.Action) bool {
	return policy.Off || c.Link == "" && policy.May(c.Actor, action)
}

// Source returns from where the caller looks, for access records.
func (c Caller) Source() accesslog.Client {
	client := c.Client
	client.Address = cmp.Or(client.Address, c.From)
	return client
}

// LinkHolder returns the caller for the holder of a ticket's personal link or reply address: the citizen of that one ticket.
func LinkHolder(id ticket.ID, from string) Caller {
	return Caller{Actor: person.Actor{ID: string(id), Role: person.Citizen}, Link: id, From: from}
}

// Viewer returns the viewer whose rights the caller has.
func (c Caller) Viewer() ticketview.Viewer {
	return ticketview.Viewer{Actor: c.Actor, Ticket: c.Link}
}
