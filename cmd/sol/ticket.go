// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

func (a *cli) ticketCommand() *cobra.Command {
	return commandGroup("ticket", "Inspect tickets, and erase their personal data",
		a.ticketShow(), a.ticketList(), a.ticketLink(), a.ticketErase())
}

// findTicket returns the id of the ticket with a number; the argument may be an id.
func (n *node) findTicket(ctx context.Context, number string) (ticket.ID, error) {
	id, err := n.service.FindTicket(ctx, number)
	if errors.Is(err, eventstore.ErrNotFound) {
		return "", fmt.Errorf("there is no ticket %s; sol ticket list shows the latest", number)
	}
	return id, err
}

// explainNotFound replaces eventstore.ErrNotFound by a sentence that names the ticket.
func explainNotFound(err error, id ticket.ID) error {
	if errors.Is(err, eventstore.ErrNotFound) {
		return fmt.Errorf("there is no ticket %s", id)
	}
	return err
}

func (a *cli) ticketShow() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show NUMBER", Short: "Show a ticket as the auditor sees it", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				id, err := n.findTicket(ctx, args[0])
				if err != nil {
					return err
				}
				t, err := n.service.ReadTicketAsAuditor(ctx, cliActor, id)
				if err != nil {
					return explainNotFound(err, id)
				}
				if asJSON {
					return a.printJSON(t)
				}
				a.printTicket(t)
				return nil
			})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

// printTicket prints a ticket as text.
func (a *cli) printTicket(t ticketview.Ticket) {
	line := func(label, format string, args ...any) {
		fmt.Fprintf(a.out, "%-12s %s\n", label, fmt.Sprintf(format, args...))
	}
	line("Number", "%s (%s)", t.Number, t.ID)
	line("Status", "%s", t.StatusLabel)
	line("Entity", "%s %s", t.Entity.Code, t.Entity.Name)
	if t.Assignee != nil {
		line("Assignee", "%s", t.Assignee.Name)
	}
	line("About", "%s: %s", t.Service.Label, t.Problem.Label)
	line("Requester", "%s %s (%s)", t.Requester.GivenName, t.Requester.FamilyName, t.Identity)
	line("Opened", "%s", formatTime(t.OpenedAt))
	line("Version", "%d at %s", t.Version, t.Position)
	if t.Erased {
		line("Erased", "the personal data were destroyed")
	}
	fmt.Fprintf(a.out, "\n%s\n", t.Description)
	for _, n := range t.Notes {
		fmt.Fprintf(a.out, "\n— %s, %s, %s\n%s\n", n.By.Name, formatTime(n.At), n.Audience, n.Text)
	}
}

// formatTime returns a time in Europe/Rome, in Italian order.
func formatTime(t time.Time) string { return t.In(calendar.Rome()).Format("02/01/2006 15:04:05") }

func (a *cli) ticketList() *cobra.Command {
	var asJSON bool
	var filter lists.Filter
	c := &cobra.Command{
		Use: "list", Short: "List tickets, the last changed first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				page, err := n.service.ListTicketsAsAuditor(ctx, cliActor, filter)
				if err != nil {
					return err
				}
				for _, t := range page.Items {
					if asJSON {
						if err := a.printJSON(t); err != nil {
							return err
						}
						continue
					}
					fmt.Fprintf(a.out, "%s  %-18s %-8s %-26s %s\n", t.Number, t.Status, t.Entity.Code, t.Problem.ID, formatTime(t.UpdatedAt))
				}
				if !asJSON {
					fmt.Fprintf(a.out, "%d of %d\n", len(page.Items), page.Total)
				}
				return nil
			})
		},
	}
	jsonFlag(c, &asJSON)
	c.Flags().StringVar((*string)(&filter.Status), "status", "", "only this status, e.g. nuovo")
	c.Flags().StringVar((*string)(&filter.Entity), "entity", "", "only this competent entity, e.g. 010301 or regione")
	c.Flags().StringVar(&filter.Q, "search", "", "a number, a codice fiscale or Italian words")
	c.Flags().IntVar(&filter.Limit, "limit", 20, "maximum number, 1 to 200")
	return c
}

func (a *cli) ticketLink() *cobra.Command {
	return &cobra.Command{
		Use: "link NUMBER", Short: "Print the token with which the citizen reads and answers the ticket without logging in",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				id, err := n.findTicket(ctx, args[0])
				if err != nil {
					return err
				}
				fmt.Fprintln(a.out, n.identity.PersonalLink(id))
				return nil
			})
		},
	}
}

func (a *cli) ticketErase() *cobra.Command {
	var sure bool
	c := &cobra.Command{
		Use: "erase NUMBER --yes", Short: "Erase a ticket's personal data by destroying its keys", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !sure {
				return errors.New("erasing cannot be undone: repeat the command with --yes")
			}
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				return a.eraseTicket(ctx, n, args[0])
			})
		},
	}
	c.Flags().BoolVar(&sure, "yes", false, "confirm")
	return c
}

// eraseTicket erases a ticket's personal data and prints what still holds them.
func (a *cli) eraseTicket(ctx context.Context, n *node, number string) error {
	id, err := n.findTicket(ctx, number)
	if err != nil {
		return err
	}
	erasure, err := n.service.EraseTicket(ctx, cliActor, id)
	if err != nil {
		return explainNotFound(err, id)
	}
	fmt.Fprintf(a.out, "%s: erased at %s, in the log and in the read models\n", number, erasure.Position)
	if len(erasure.Linked) > 0 {
		fmt.Fprintf(a.out, "linked tickets with the same personal data were not erased: %s; erase them too\n", strings.Join(erasure.Linked, ", "))
	}
	fmt.Fprintln(a.out, "backups of the database were not erased: a key restored from one opens the data again")
	return nil
}

// cliActorID is the id of cliActor. The log does not know the person at the terminal; the machine's own records do.
const cliActorID = "sol-command-line"

// cliActor is recorded as the actor of commands and reads by the command line.
var cliActor = person.Actor{ID: cliActorID, Role: person.Administrator}

// parseEntityCode returns an entity's code from text that a person typed: without spaces around it, in lower case.
func parseEntityCode(text string) catalog.EntityCode {
	return catalog.EntityCode(strings.ToLower(strings.TrimSpace(text)))
}
