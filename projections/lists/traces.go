// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/lists/searchterms"
)

// traceRow is the row of a ticket in the lists of an entity whose view has ended.
type traceRow struct {
	Row
	Holder catalog.EntityCode
}

// traceRows returns the traces of a ticket, without names, words, service and assignee. Only its number finds one.
func (row Row) traceRows() (traces []traceRow) {
	s := row.State
	for _, holder := range s.Traces {
		if !s.ViewEnded(holder) {
			continue
		}
		bare := ticket.State{ID: s.ID, Number: s.Number, Restricted: s.Restricted}
		bare.Status, bare.Entity = s.Status, s.Entity
		traces = append(traces, traceRow{Holder: holder, Row: Row{
			State: bare, OpenedAt: row.OpenedAt, UpdatedAt: row.TraceAt, Terms: searchterms.ForNumber(s.Number), TraceOf: holder,
		}})
	}
	return traces
}

// traceReaders returns the tag of those who see the trace of an entity: its operators, or with restricted access its supervisors.
func (row Row) traceReaders(holder catalog.EntityCode) ticket.ReaderTag {
	if row.State.Restricted {
		return ticket.SupervisorTag(holder)
	}
	return ticket.EntityTag(holder)
}

// traceChanged reports whether an event changed what a trace shows.
func traceChanged(before, after ticket.State) bool {
	return before.Status != after.Status || before.Entity != after.Entity || before.Restricted != after.Restricted
}
