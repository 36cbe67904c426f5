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
		f.writer.add("notification", f.eventID(), Notifications{u.Notifications.Unread, u.Notifications.Latest})
	}
	if u.Readers != nil {
		f.writer.add("presence", f.eventID(), Presence{f.client.OpenTicket, readersOf(u.Readers)})
	}
	if u.Files {
		f.writer.add("files", f.eventID(), Files{f.client.OpenTicket})
	}
	// The event id advances after the last change only, so a client that disconnects before gets all of them again.
	for _, c := range u.Changes {
		at := eventstore.Position{Epoch: u.ResumeAt.Epoch, N: c.Position}
		f.writer.add("ticket", f.eventID(), Ticket{c.Ticket, c.Type, c.At, c.VisibleFrom, f.positionText(at)})
	}
	if u.ResumeAt != f.resumeAt {
		f.resumeAt = u.ResumeAt
		f.writer.addText("id: " + f.eventID() + "\n\n")
	}
	if u.Queues != nil {
		f.writer.add("counts", f.eventID(), Counts{u.Queues, f.positionText(u.QueuesAt)})
	} else if f.writer.isEmpty() {
		f.writer.addText(": here\n\n")
	}
	return f.writer.flush()
}

// eventID returns the id of the next event: the position from which a client that reconnects resumes; "" for the zero position.
func (f *subscriber) eventID() string {
	if f.resumeAt == (eventstore.Position{}) {
		return ""
	}
	return f.positionText(f.resumeAt)
}

// positionText returns a position as the client gets it: opaque for citizens.
func (f *subscriber) positionText(p eventstore.Position) string {
	return f.App.PositionText(f.client.Caller, p)
}

func readersOf(others []presence.Reader) []Reader {
	all := make([]Reader, len(others))
	for i, o := range others {
		all[i] = Reader{o.Account, o.Name, o.Entity, o.Writing}
	}
	return all
}
