// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package tickettext prints a ticket as text, for the command line.
package tickettext

import (
	"fmt"
	"io"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Print prints a ticket.
func Print(out io.Writer, t ticketview.Ticket) {
	line := func(label, format string, args ...any) {
		fmt.Fprintf(out, "%-12s %s\n", label, fmt.Sprintf(format, args...))
	}
	line("Number", "%s (%s)", t.Number, t.ID)
	line("Status", "%s", t.StatusLabel)
	line("Entity", "%s %s", t.Entity.Code, t.Entity.Name)
	if t.Assignee != nil {
		line("Assignee", "%s", t.Assignee.Name)
	}
	line("About", "%s: %s", t.Service.Label, t.Problem.Label)
	line("Requester", "%s %s (%s)", t.Requester.GivenName, t.Requester.FamilyName, t.Identity)
	line("Opened", "%s", FormatTime(t.OpenedAt))
	line("Version", "%d at %s", t.Version, t.Position)
	if t.Erased {
		line("Erased", "the personal data were destroyed")
	}
	fmt.Fprintf(out, "\n%s\n", t.Description)
	for _, n := range t.Notes {
		fmt.Fprintf(out, "\n— %s, %s, %s\n%s\n", n.By.Name, FormatTime(n.At), n.Audience, n.Text)
		if n.Sender != nil && !n.Sender.Verified {
			fmt.Fprintf(out, "sender not verified: %s %s %v\n", n.Sender.From, n.Sender.Envelope, n.Sender.Reasons)
		}
	}
}

// FormatTime returns a time in Europe/Rome, in Italian order.
func FormatTime(t time.Time) string { return t.In(calendar.Rome()).Format("02/01/2006 15:04:05") }
