// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package tickettest

import (
	"fmt"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// DrawLog draws the log of one to three tickets. history is in the order of the log. byTicket holds the same events as a rebuild reads
// them: ticket by ticket, and without the personal data that were erased by the end of the log.
func DrawLog(t *rapid.T) (history, byTicket []ticket.Recorded) {
	histories := map[ticket.ID][]ticket.Recorded{}
	for i := range rapid.IntRange(1, 3).Draw(t, "tickets") {
		id := ticket.ID(fmt.Sprintf("01930000-0000-7000-8000-%012d", i))
		histories[id] = DrawTicket(t, id, 15, true).History
	}
	next := maps.Clone(histories)
	for len(next) > 0 {
		id := rapid.SampledFrom(slices.Sorted(maps.Keys(next))).Draw(t, "next")
		r := next[id][0]
		r.Position = int64(len(history) + 1)
		histories[id][r.Version-1].Position = r.Position
		history = append(history, r)
		if next[id] = next[id][1:]; len(next[id]) == 0 {
			delete(next, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(histories)) {
		events := slices.Clone(histories[id])
		if slices.ContainsFunc(events, func(r ticket.Recorded) bool { _, erased := r.Event.(ticket.PersonalDataErased); return erased }) {
			for i, r := range events {
				events[i].Event = WithoutPersonalData(r.Event)
			}
		}
		byTicket = append(byTicket, events...)
	}
	return history, byTicket
}

// DrawExamples returns n random tickets of up to maxCommands commands each. They are the same on every run.
func DrawExamples(n, maxCommands int) []RandomTicket {
	tickets := make([]RandomTicket, n)
	for i := range tickets {
		tickets[i] = rapid.Custom(func(t *rapid.T) RandomTicket { return DrawTicket(t, TicketID, maxCommands, true) }).Example(i + 1)
	}
	return tickets
}
