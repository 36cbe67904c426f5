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

// DrawLog draws the log of one to three tickets. byTicket holds the same events as a rebuild reads them: ticket by ticket, and without
// the personal data that was erased by the end of the log.
func DrawLog(t *rapid.T) (history, byTicket []ticket.Recorded) {
	lives := map[ticket.ID][]ticket.Recorded{}
	for i := range rapid.IntRange(1, 3).Draw(t, "tickets") {
		id := ticket.ID(fmt.Sprintf("01930000-0000-7000-8000-%012d", i))
		lives[id] = DrawTicket(t, id, 15, true).History
	}
	next := maps.Clone(lives)
	for len(next) > 0 {
		id := rapid.SampledFrom(slices.Sorted(maps.Keys(next))).Draw(t, "next")
		r := next[id][0]
		r.Position = int64(len(history) + 1)
		lives[id][r.Version-1].Position = r.Position
		history = append(history, r)
		if next[id] = next[id][1:]; len(next[id]) == 0 {
			delete(next, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(lives)) {
		life := slices.Clone(lives[id])
		if slices.ContainsFunc(life, func(r ticket.Recorded) bool { _, gone := r.Event.(ticket.PersonalDataErased); return gone }) {
			for i, r := range life {
				life[i].Event = WithoutPersonalData(r.Event)
			}
		}
		byTicket = append(byTicket, life...)
	}
	return history, byTicket
}

// DrawExamples returns n lives of tickets of up to so many tries each. They are the same on every run.
func DrawExamples(n, tries int) []RandomTicket {
	lives := make([]RandomTicket, n)
	for i := range lives {
		lives[i] = rapid.Custom(func(t *rapid.T) RandomTicket { return DrawTicket(t, TicketID, tries, true) }).Example(i + 1)
	}
	return lives
}
