// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"context"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// TestWithoutAnAgreementNoFigureIsOfOneOperator reads figures, drill-downs and exports of two entities, of which one has agreed to be counted by
// person: those of the other one name nobody and cannot be selected by person, and the totals stay the same.
func TestWithoutAnAgreementNoFigureIsOfOneOperator(t *testing.T) {
	h := newFixture(t)
	names := func(_ context.Context, _ eventstore.Reader, ids []string) (map[string]string, error) {
		all := map[string]string{}
		for _, id := range ids {
			all[id] = "name of " + id
		}
		return all, nil
	}
	resolve := ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: tickettest.PublicNote("Risolto.")}
	h.Do(h.OpenTicket(tickettest.Torino), tickettest.Operator, resolve)
	h.Do(h.OpenTicket(tickettest.Torino), tickettest.Operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	h.Project()
	for name, c := range map[string]struct {
		agreed []catalog.EntityCode
		named  bool
	}{
		"no agreement":              {nil, false},
		"one of another entity":     {[]catalog.EntityCode{tickettest.TO3}, false},
		"one of the entity":         {[]catalog.EntityCode{tickettest.Torino}, true},
		"one of the Region and ASL": {[]catalog.EntityCode{catalog.Region, tickettest.Torino}, true},
	} {
		t.Run(name, func(t *testing.T) {
			reader := NewReader(h.Store, catalog.Default(), names, func(context.Context) ([]catalog.EntityCode, error) { return c.agreed, nil })
			viewer := ticketview.Viewer{Actor: tickettest.RegionalSupervisor}
			d, err := reader.Read(t.Context(), viewer, Scope{})
			if err != nil {
				t.Fatal(err)
			}
			if got := len(d.Operators) > 0; got != c.named || d.Total.Resolutions != 1 || d.Total.Open != 1 || d.Total.Unassigned != 0 {
				t.Errorf("got figures of %+v and a total of %+v, want figures of an operator: %v", d.Operators, d.Total, c.named)
			}
			for figure, want := range map[FigureID]int{Resolutions: 1, OpenTickets: 1} {
				all, err := reader.DrillDown(t.Context(), viewer, DrillDown{Figure: figure})
				if err != nil {
					t.Fatal(err)
				}
				one, err := reader.DrillDown(t.Context(), viewer, DrillDown{Figure: figure, Operator: tickettest.Operator.ID})
				if err != nil {
					t.Fatal(err)
				}
				if all.Total != want || (one.Total == want) != c.named || one.Total > 0 != c.named {
					t.Errorf("%s: got %d, %d of the operator, want %d, of the operator: %v", figure, all.Total, one.Total, want, c.named)
				}
				for _, item := range all.Items {
					if (item.Operator != "") != c.named {
						t.Errorf("%s: got operator %q, want a name: %v", figure, item.Operator, c.named)
					}
				}
				err = reader.Export(t.Context(), viewer, DrillDown{Figure: figure}, func(DrillDownPage) error { return nil }, func(items []DrillDownItem) error {
					for _, item := range items {
						if (item.Operator != "") != c.named {
							t.Errorf("export of %s: got operator %q, want a name: %v", figure, item.Operator, c.named)
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
