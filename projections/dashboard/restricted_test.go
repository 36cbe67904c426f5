// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// TestRestrictedTicketsAreBareInDrillDowns: the figures of the Region count a restricted ticket of an ASR. Its drill-down says neither what it is
// about nor who works on it; that of the ASR's supervisor, who may open it, does.
func TestRestrictedTicketsAreBareInDrillDowns(t *testing.T) {
	h := newFixture(t)
	id := h.OpenTicket(tickettest.Torino)
	h.OpenTicket(tickettest.Torino)
	h.Do(id, tickettest.Operator, tickettest.Take)
	h.Do(id, tickettest.Operator, ticket.RestrictAccess{Reason: "minaccia al personale"})
	h.Project()
	for _, figure := range []FigureID{OpenTickets, Arrivals} {
		for who, open := range map[string]ticketview.Viewer{"region": {Actor: tickettest.RegionalSupervisor}, "asr": {Actor: tickettest.Supervisor}} {
			page, err := h.reader.DrillDown(t.Context(), open, DrillDown{Figure: figure})
			if err != nil || len(page.Items) != 2 || page.Total != 2 {
				t.Fatalf("%s, %s: got %+v, %v, want two items", figure, who, page, err)
			}
			for _, item := range page.Items {
				bare := item.Service.ID == "" && item.Service.Label == "" && item.Problem.ID == "" && item.Detail == "" && item.Operator == ""
				if want := item.Ticket == id && who == "region"; bare != want || item.Number == "" || item.Reachable != (who == "asr") {
					t.Errorf("%s, %s: got %+v, want it bare: %t", figure, who, item, want)
				}
			}
		}
	}
}
