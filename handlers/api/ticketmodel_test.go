// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"fmt"
	"strings"

	"github.com/anishathalye/porcupine"
)

// ticketState is a ticket as the model of TestTicketsAreLinearizable knows it. It is comparable.
type ticketState struct {
	status, assignee string
	version          int
	conflicts        int    // version of the last note or undo: an update that was written before seeing it is refused
	moved            int    // version of the last change of the status by a take: the same for an update that sets the status
	notes            string // the markers of all notes in order; «-» stands before one that was withdrawn
	last             lastAct
}

// lastAct is the last act on the ticket, which its author may undo. The clock of the test stands still, so a hold never ends.
type lastAct struct {
	by, marker       string
	held             bool
	status, assignee string // before the act
}

// operation is a request about one ticket.
type operation struct {
	kind   operationKind
	by     string // account
	marker string // of a note
	to     string // account of the new assignee
	seen   int    // version in If-Match; 0: none
}

type operationKind string

const (
	readTicket    operationKind = "read"
	writeInternal operationKind = "internal note"
	writePublic   operationKind = "public note"
	takeTicket    operationKind = "take"
	assignTicket  operationKind = "assign"
	resolveTicket operationKind = "resolve"
	undoLastAct   operationKind = "undo"
)

// outcome is the answer to an operation.
type outcome struct {
	unknown  bool // nobody was told whether it was carried out
	code     int  // HTTP status
	status   string
	version  int
	assignee string // of a read, like notes
	notes    string
}

// ticketModel is the specification: a ticket is an object whose operations take effect one after the other.
var ticketModel = porcupine.Model{
	Init: func() any { return ticketState{status: "nuovo", version: 1} },
	Step: func(state, input, output any) (bool, any) {
		s, in, out := state.(ticketState), input.(operation), output.(outcome)
		if in.kind == readTicket {
			return out == outcome{code: 200, status: s.status, version: s.version, assignee: s.assignee, notes: s.notes}, s
		}
		after, accepted := s.apply(in)
		conflict := in.seen > 0 && (s.conflicts > in.seen || in.kind == resolveTicket && s.moved > in.seen)
		switch {
		case out.unknown && (!accepted || conflict):
			return true, s
		case out.unknown:
			return true, after
		case out.code == 200:
			return accepted && !conflict && out.version == after.version && out.status == after.status, after
		case out.code == 412:
			return conflict, s
		default:
			return !accepted && !conflict, s
		}
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v -> %+v", input, output) },
}

// apply returns the state after an operation, and whether the rules accept it.
func (s ticketState) apply(in operation) (after ticketState, accepted bool) {
	after = s
	begin := func(marker string, held bool) {
		after.last = lastAct{by: in.by, marker: marker, held: held, status: s.status, assignee: s.assignee}
		after.version++
	}
	write := func(held bool) {
		begin(in.marker, held)
		after.notes += in.marker + ";"
		after.conflicts = after.version
	}
	becomeAssignee := func() { // who answers an unassigned ticket becomes its operator
		if s.assignee == "" {
			after.assignee = in.by
			after.version++
		}
	}
	switch in.kind {
	case writeInternal:
		write(false)
	case writePublic:
		write(true)
		becomeAssignee()
	case resolveTicket:
		write(true)
		if s.status != "risolto" {
			after.status = "risolto"
			after.version++
		}
		becomeAssignee()
	case takeTicket:
		switch {
		case s.status == "nuovo", s.status == "in_lavorazione" && s.assignee == "":
			begin("", false)
			after.status, after.assignee, after.moved = "in_lavorazione", in.by, after.version
		case s.status != "in_lavorazione" || s.assignee != in.by:
			return s, false
		}
	case assignTicket:
		if s.assignee != in.to {
			begin("", false)
			after.assignee = in.to
		}
	case undoLastAct:
		if s.last.by != in.by || !s.last.held {
			return s, false
		}
		begin("", false)
		after.status, after.assignee = s.last.status, s.last.assignee
		after.notes = strings.Replace(s.notes, s.last.marker+";", "-"+s.last.marker+";", 1)
		after.conflicts = after.version
	case readTicket:
	}
	return after, true
}
