// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"context"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// TestExportEqualsDrillDown compares an export in pages of seven with one page of the drill-down, for every figure.
func TestExportEqualsDrillDown(t *testing.T) {
	h := newFixture(t)
	for _, random := range tickettest.DrawExamples(40, 20) {
		h.PlayTicket(random, func(int) {})
	}
	h.Project()
	for _, figure := range FigureIDs() {
		b := DrillDown{Figure: figure, Limit: readmodel.MaxLimit}
		page, err := h.reader.DrillDown(t.Context(), ticketview.Viewer{Actor: tickettest.RegionalSupervisor}, b)
		if err != nil {
			t.Fatal(err)
		}
		var all []DrillDownItem
		b.Limit = 7
		err = h.reader.Export(t.Context(), ticketview.Viewer{Actor: tickettest.RegionalSupervisor}, b, func(c DrillDownPage) error {
			if c.Position != page.Position || !c.At.Equal(page.At) {
				t.Errorf("%s: got position %s and moment %s, want %s and %s", figure, c.Position, c.At, page.Position, page.At)
			}
			return nil
		}, func(items []DrillDownItem) error {
			all = append(all, items...)
			return nil
		})
		if err != nil || len(all) != len(page.Items) || len(all) > 0 && !reflect.DeepEqual(all, page.Items) {
			t.Errorf("%s: got %d items exported, %v, want the %d of %d listed", figure, len(all), err, len(page.Items), page.Total)
		}
	}
}

// TestExportIsOfOneMoment changes tickets between the pages of an export. The export must hold what one without changes holds, and no
// transaction may be open while its caller works.
func TestExportIsOfOneMoment(t *testing.T) {
	h := newFixture(t)
	random := tickettest.DrawExamples(60, 20)
	for _, r := range random[:40] {
		h.PlayTicket(r, func(int) {})
	}
	h.Project()
	viewer := ticketview.Viewer{Actor: tickettest.RegionalSupervisor}
	export := func(figure FigureID, between func()) (all []DrillDownItem) {
		begin := func(DrillDownPage) error { return nil }
		err := h.reader.Export(t.Context(), viewer, DrillDown{Figure: figure, Limit: 5}, begin, func(items []DrillDownItem) error {
			all = append(all, items...)
			between()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	for _, figure := range FigureIDs() {
		want := export(figure, func() {})
		pages := 0
		got := export(figure, func() {
			h.DB.WaitForTransactions(t)
			if pages++; pages > 2 || len(random) == 40 {
				return
			}
			h.Advance(time.Second)
			last := len(random) - 1
			h.PlayTicket(random[last], func(int) {})
			random = random[:last]
			for _, history := range h.histories() {
				_ = h.Dispatch(history[0].Ticket, tickettest.Operator, tickettest.Take) // some are refused
			}
			h.Project()
		})
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got with changes between pages\n%v\nwant as without\n%v", figure, got, want)
		}
	}
	if len(random) == 60 {
		t.Error("no export had a second page")
	}
}

// TestSlowExportsDoNotBlockOthers runs many exports whose clients read nothing. Pages, and one more export, must be answered.
func TestSlowExportsDoNotBlockOthers(t *testing.T) {
	h := newFixture(t)
	h.OpenTicket(tickettest.Torino)
	h.Project()
	reader := NewReader(h.OpenNode(func(c *eventstore.Config) {
		c.Pools = append(c.Pools, func(s *pgpool.Spec) {
			if s.Name == pgpool.Request {
				s.Conns = maxExportReads + 1
			}
		})
	}), catalog.Default(), nil, nil)
	begin := func(DrillDownPage) error { return nil }
	slow, finish := context.WithCancel(t.Context())
	defer finish()
	var exports sync.WaitGroup
	reading := make(chan struct{}, 10)
	for range cap(reading) {
		exports.Go(func() {
			err := reader.Export(t.Context(), ticketview.Viewer{Actor: tickettest.Auditor}, DrillDown{}, begin, func([]DrillDownItem) error {
				reading <- struct{}{}
				<-slow.Done()
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	for range cap(reading) {
		<-reading
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if _, err := reader.Read(ctx, ticketview.Viewer{Actor: tickettest.Supervisor}, Scope{}); err != nil {
		t.Errorf("a page during slow exports: got %v", err)
	}
	err := reader.Export(ctx, ticketview.Viewer{Actor: tickettest.Auditor}, DrillDown{}, begin, func([]DrillDownItem) error { return nil })
	if err != nil {
		t.Errorf("an export during slow exports: got %v", err)
	}
	finish()
	exports.Wait()
}

// TestExportOfAReadModelThatLags exports while the read model is some events behind. The export holds what was recorded before its last
// event.
func TestExportOfAReadModelThatLags(t *testing.T) {
	h := newFixture(t)
	h.OpenTicket(tickettest.Torino)
	h.Advance(time.Minute)
	h.OpenTicket(tickettest.Torino)
	h.Project()
	h.Advance(time.Minute)
	h.OpenTicket(tickettest.Torino)
	var page DrillDownPage
	items := 0
	err := h.reader.Export(t.Context(), ticketview.Viewer{Actor: tickettest.Auditor}, DrillDown{}, func(p DrillDownPage) error {
		page = p
		return nil
	}, func(all []DrillDownItem) error {
		items += len(all)
		return nil
	})
	if err != nil || items != 1 || page.Position.N != 1 {
		t.Errorf("got %d items of position %s, %v, want one of 1.1", items, page.Position, err)
	}
}
