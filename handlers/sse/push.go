// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sse

import (
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/live"
	"github.com/sol-assistenza/sol/handlers/app/presence"
)

// push sends an update, or a comment that keeps the connection open if there is nothing in it.
func (f *subscriber) push(u live.Update) error {
	if u.Notifications != nil {
		f.writer.add("notification", f.resumeAt, Notifications{u.Notifications.Unread, u.Notifications.Latest})
	}
	if u.Readers != nil {
		f.writer.add("presence", f.resumeAt, Presence{f.client.OpenTicket, readersOf(u.Readers)})
	}
	// The event id advances after the last change only, so a client that disconnects before gets all of them again.
	for _, c := range u.Changes {
		at := eventstore.Position{Epoch: u.ResumeAt.Epoch, N: c.Position}
		f.writer.add("ticket", f.resumeAt, Ticket{c.Ticket, c.Type, c.At, c.VisibleFrom, at.String()})
	}
	if u.ResumeAt != f.resumeAt {
		f.resumeAt = u.ResumeAt
		f.writer.addText("id: " + f.resumeAt.String() + "\n\n")
	}
	if u.Queues != nil {
		f.writer.add("counts", f.resumeAt, Counts{u.Queues, u.QueuesAt.String()})
	} else if f.writer.isEmpty() {
		f.writer.addText(": here\n\n")
	}
	return f.writer.flush()
}

func readersOf(others []presence.Reader) []Reader {
	all := make([]Reader, len(others))
	for i, o := range others {
		all[i] = Reader{o.Account, o.Name, o.Entity, o.Writing}
	}
	return all
}
