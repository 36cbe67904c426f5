// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Reader reads figures, drill-downs and exports for viewers. Every query runs under row-level security for its viewer.
type Reader struct {
	store         *eventstore.Store
	catalog       *catalog.Catalog
	operatorNames ticketview.OperatorNames
	perPerson     PerPerson
	exportSlots   chan struct{} // holds one value for each page of an export that is being read

	// ExportPageSize is the number of rows that an export reads at a time if the drill-down has no limit. Nobody sets it while an export runs.
	ExportPageSize int
}

// PerPerson returns the entities that agreed to figures of single operators (law 300/1970, article 4). Tickets and activities of all other
// entities name no operator in figures, drill-downs and exports, and cannot be selected by one.
type PerPerson func(context.Context) ([]catalog.EntityCode, error)

// NewReader returns a reader that uses the store's pool for requests. A perPerson of nil means that no entity agreed.
func NewReader(store *eventstore.Store, c *catalog.Catalog, operators ticketview.OperatorNames, perPerson PerPerson) *Reader {
	if perPerson == nil {
		perPerson = func(context.Context) ([]catalog.EntityCode, error) { return nil, nil }
	}
	return &Reader{
		store: store, catalog: c, operatorNames: operators, perPerson: perPerson, exportSlots: make(chan struct{}, maxExportReads), ExportPageSize: exportPageSize,
	}
}

// agreed returns the entities that agreed to figures of single operators; never nil, which SQL would read as null.
func (r *Reader) agreed(ctx context.Context) ([]catalog.EntityCode, error) {
	agreed, err := r.perPerson(ctx)
	return append([]catalog.EntityCode{}, agreed...), err
}

// Wait waits until the figures have reached the position, for at most two seconds; stale reports that they have not reached it by then. It
// holds no connection. Errors: those of Store.CheckPosition.
func (r *Reader) Wait(ctx context.Context, after eventstore.Position) (stale bool, err error) {
	return readmodel.WaitFor(ctx, r.store, Model, after)
}

// Read returns the figures for a scope. Tickets and activities that the viewer may not see are not counted. Error: *readmodel.FilterError
// for a field of the scope that is not valid.
func (r *Reader) Read(ctx context.Context, v ticketview.Viewer, s Scope) (Dashboard, error) {
	p, err := s.validate(v, r.catalog, r.store.SettledTime(ctx))
	if err == nil {
		p.perPerson, err = r.agreed(ctx)
	}
	if err != nil {
		return Dashboard{}, err
	}
	g := collector{
		entities:  map[catalog.EntityCode]*EntityFigures{},
		services:  map[catalog.ServiceID]*PartFigures{},
		problems:  map[problemKey]*PartFigures{},
		operators: map[string]*OperatorFigures{},
		days:      map[string]*DayFigures{},
		statuses:  map[ticket.Status]int{},
		ages:      make([]int, len(ageLimits)+1),
	}
	err = readmodel.WithSnapshot(ctx, r.store, v.Reader(), []readmodel.Model{Model}, func(snap readmodel.Snapshot) error {
		g.result.Position = snap.Position
		if err := g.collectIntervals(ctx, snap, p); err != nil {
			return err
		}
		if err := g.collectActivities(ctx, snap, p); err != nil {
			return err
		}
		if err := g.collectDurations(ctx, snap, p); err != nil {
			return err
		}
		return g.collectOpenByDay(ctx, snap, p)
	})
	if err != nil {
		return Dashboard{}, fmt.Errorf("read figures: %w", err)
	}
	names, err := ticketview.LookUpNames(ctx, r.catalog, r.operatorNames, v.Reader(), slices.Sorted(maps.Keys(g.operators)))
	if err != nil {
		return Dashboard{}, fmt.Errorf("read figures: %w", err)
	}
	return g.build(p, names), nil
}
