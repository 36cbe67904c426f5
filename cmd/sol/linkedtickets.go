// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"slices"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// linkedTickets gives the numbers of the tickets that go on from a ticket, or that it goes on from, however many steps
// away, and that are not erased: the door copied the form from one to the next. They share its codice fiscale, by
// which they are found.
func (n *node) linkedTickets(ctx context.Context, id ticket.ID) ([]string, error) {
	p, err := n.loadHistory(ctx, id)
	if err != nil {
		return nil, err
	}
	this, _ := ticketview.Detail(auditorViewer, p.history, p.names, p.viewTime(n))
	if this.Requester.TaxCode == "" {
		return nil, nil // erased before
	}
	var kin []ticketview.Ticket
	f := lists.Filter{Queue: lists.AllQueue, Q: this.Requester.TaxCode, Sort: lists.OldestFirst, Limit: 200}
	for {
		page, err := n.service.Lists.ListTickets(ctx, auditorViewer, f)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			p, err := n.loadHistory(ctx, item.ID)
			if err != nil {
				return nil, err
			}
			t, _ := ticketview.Detail(auditorViewer, p.history, p.names, p.viewTime(n))
			kin = append(kin, t)
		}
		if f.Cursor = page.NextCursor; f.Cursor == "" {
			break
		}
	}
	var numbers []string
	for chain := []ticketview.Ticket{this}; len(chain) > 0; chain = chain[1:] {
		kin = slices.DeleteFunc(kin, func(t ticketview.Ticket) bool {
			joined := t.ID == chain[0].Continues || t.Continues == chain[0].ID
			if joined && t.ID != this.ID && !t.Erased {
				numbers = append(numbers, t.Number)
			}
			if joined {
				chain = append(chain, t)
			}
			return joined
		})
	}
	return numbers, nil
}
