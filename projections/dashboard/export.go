// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// exportPageSize is the default of Reader.ExportPageSize.
const exportPageSize = 1000

// maxExportReads is the largest number of pages that exports read at the same time, so that the other connections stay free for pages.
const maxExportReads = 2

// frozen is a moment whose facts do not change any more: every event up to it is in the read model, and every later event is later.
type frozen struct {
	at       time.Time
	position eventstore.Position // of the last event up to the moment
}

// Export passes everything that a figure counts to its caller: it calls begin with a page without items, and then each with the items of
// one page after another. All pages hold what was recorded up to one moment. No transaction or connection is open while begin or each
// runs, so a slow caller keeps nobody waiting. Errors: *readmodel.FilterError, and those of begin and each.
func (r *Reader) Export(ctx context.Context, v ticketview.Viewer, d DrillDown, begin func(DrillDownPage) error,
	each func([]DrillDownItem) error) error {
	now := r.store.Now()
	if _, err := d.validate(v, r.catalog, now); err != nil { // before it waits
		return err
	}
	moment, err := r.freeze(ctx, v)
	if err == nil {
		d.perPerson, err = r.agreed(ctx)
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	d.until = moment.at
	q, err := d.validate(v, r.catalog, now)
	if err != nil {
		return err
	}
	if err := begin(DrillDownPage{From: q.From, To: q.To, At: q.at.UTC(), Position: moment.position}); err != nil {
		return err
	}
	step := r.ExportPageSize
	if d.Limit > 0 {
		step = d.Limit
	}
	for after := q.after; ; {
		page, err := r.exportPage(ctx, v, q, after, step)
		if err == nil {
			err = each(page)
		}
		if err != nil || len(page) < step {
			return err
		}
		if after, err = parseDrillDownCursor(page[len(page)-1].cursorText(q.tickets)); err != nil {
			return err
		}
	}
}

// exportPage reads the items after a cursor, in a snapshot of their own. It waits until fewer than maxExportReads pages are read.
func (r *Reader) exportPage(ctx context.Context, v ticketview.Viewer, q drillDownQuery, after *drillDownCursor, limit int) (
	page []DrillDownItem, err error) {
	select {
	case r.exportSlots <- struct{}{}:
		defer func() { <-r.exportSlots }()
	case <-ctx.Done():
		return nil, fmt.Errorf("export: %w", ctx.Err())
	}
	err = readmodel.WithSnapshot(ctx, r.store, v.Reader(), []readmodel.Model{Model, lists.Model}, func(snap readmodel.Snapshot) error {
		page, err = q.rows(ctx, snap.Tx, after, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return page, r.addNames(ctx, v, page, q.perPerson)
}

// maxFreezeTime is the longest time for which an export waits for the present moment to be settled and in the read model.
const maxFreezeTime = 2 * time.Second

// freeze returns the present moment, once no later event can have its time and the read model holds all events up to it. If that takes too
// long, it returns a moment of the past that is frozen already: that before the last event of the read model.
func (r *Reader) freeze(ctx context.Context, v ticketview.Viewer) (frozen, error) {
	now := frozen{at: r.store.Now()}
	settling, cancel := context.WithTimeout(ctx, maxFreezeTime)
	defer cancel()
	late := false
	err := r.store.Settle(settling, now.at)
	if err == nil {
		if now.position, err = r.store.PositionAt(ctx, now.at); err != nil {
			return frozen{}, err
		}
		late, err = r.Wait(ctx, now.position)
	}
	switch {
	case ctx.Err() != nil:
		return frozen{}, ctx.Err()
	case err != nil && !eventstore.IsUnavailable(err) && !errors.Is(err, context.DeadlineExceeded):
		return frozen{}, err
	case err == nil && !late:
		return now, nil
	}
	return r.lastFrozen(ctx, v)
}

// lastFrozen returns the last moment before the last event of the read model.
func (r *Reader) lastFrozen(ctx context.Context, v ticketview.Viewer) (frozen, error) {
	var held eventstore.Position
	err := readmodel.WithSnapshot(ctx, r.store, v.Reader(), []readmodel.Model{Model}, func(snap readmodel.Snapshot) error {
		held = snap.Position
		return nil
	})
	if err != nil || held.N == 0 {
		return frozen{at: time.Unix(0, 0).UTC(), position: held}, err
	}
	last, err := r.store.Read(ctx, held.N-1, 1)
	if err != nil {
		return frozen{}, err
	}
	moment := frozen{at: last[0].At.Add(-time.Microsecond)}
	moment.position, err = r.store.PositionAt(ctx, moment.at)
	return moment, err
}
