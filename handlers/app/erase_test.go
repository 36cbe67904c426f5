// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"slices"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

func TestLinkedNumbersReturnsTheWholeChain(t *testing.T) {
	one := func(id, continues ticket.ID, erased bool) ticketview.Ticket {
		return ticketview.Ticket{ID: id, Number: string(id), Continues: continues, Erased: erased}
	}
	all := []ticketview.Ticket{
		one("a", "", false), one("b", "a", false), one("c", "b", true), one("d", "c", false), // a chain that contains an erased ticket
		one("e", "b", false), // a second ticket linked to b
		one("f", "", false),  // not linked, of the same citizen
	}
	for id, want := range map[ticket.ID][]string{
		"a": {"b", "d", "e"}, "b": {"a", "d", "e"}, "d": {"a", "b", "e"}, "e": {"a", "b", "d"}, "f": nil,
	} {
		i := slices.IndexFunc(all, func(t ticketview.Ticket) bool { return t.ID == id })
		got := linkedNumbers(all[i], all)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("linked to %s: got %v, want %v", id, got, want)
		}
	}
}
