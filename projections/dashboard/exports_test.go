// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"context"
	"fmt"
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
		if err != nil || fmt.Sprint(all) != fmt.Sprint(page.Items) {
			t.Errorf("%s: got %d items exported, %v, want the %d of %d listed", figure, len(all), err, len(page.Items), page.Total)
		}
	}
}

// watched is a context that calls look whenever Done is called: the caller is about to wait.
type watched struct {
	context.Context
	look func()
}

func (w watched) Done() <-chan struct{} {
	w.look()
	return w.Context.Done()
}

// TestSlowExportsDoNotBlockPages runs slow exports with one connection more than exports may hold. Pages must find that connection free
// while further exports wait.
func TestSlowExportsDoNotBlockPages(t *testing.T) {
	h := newFixture(t)
	h.OpenTicket(tickettest.Torino)
	h.Project()
	reader := NewReader(h.OpenNode(func(c *eventstore.Config) {
		c.Pools = append(c.Pools, func(s *pgpool.Spec) {
			if s.Name == pgpool.Request {
				s.Conns = maxExports + 1
			}
		})
	}), catalog.Default(), nil)
	slow, finish := context.WithCancel(t.Context())
	defer finish()
	var exports, waiting sync.WaitGroup
	begun := make(chan struct{}, 10)
	for range cap(begun) {
		waiting.Add(1)
		ctx := watched{t.Context(), sync.OnceFunc(waiting.Done)}
		exports.Go(func() {
			err := reader.Export(ctx, ticketview.Viewer{Actor: tickettest.Auditor}, DrillDown{}, func(DrillDownPage) error {
				begun <- struct{}{}
				<-slow.Done()
				return nil
			}, func([]DrillDownItem) error { return nil })
			if err != nil {
				t.Error(err)
			}
		})
	}
	waiting.Wait() // each export runs or waits for its turn
	for range maxExports {
		<-begun
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for range 20 {
		if _, err := reader.Read(ctx, ticketview.Viewer{Actor: tickettest.Supervisor}, Scope{}); err != nil {
			t.Errorf("a page during slow exports: got %v", err)
			break
		}
	}
	if n := len(begun); n > 0 {
		t.Errorf("got %d running exports, want %d", maxExports+n, maxExports)
	}
	finish()
	exports.Wait()
	if n := maxExports + len(begun); n != cap(begun) {
		t.Errorf("got %d finished exports, want %d", n, cap(begun))
	}
}
