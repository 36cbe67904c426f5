// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// auditorViewer is who the command line reads as: it sees everything and changes nothing.
var auditorViewer = ticketview.Viewer{Actor: person.Actor{Role: person.Auditor}}

func (a *cli) ticketCommand() *cobra.Command {
	return commandGroup("ticket", "Inspect tickets, and erase their personal data",
		a.ticketShow(), a.ticketList(), a.ticketLink(), a.ticketErase())
}

// findTicket gives the ticket of a number, or of an id.
func (n *node) findTicket(ctx context.Context, number string) (ticket.ID, error) {
	if eventstore.IsID(number) {
		return ticket.ID(number), nil
	}
	page, err := n.service.Lists.ListTickets(ctx, auditorViewer, lists.Filter{Queue: lists.AllQueue, Q: number, Limit: 10})
	if err != nil {
		return "", err
	}
	for _, item := range page.Items {
		if item.Number == number {
			return item.ID, nil
		}
	}
	return "", fmt.Errorf("there is no ticket %s; sol ticket list shows the latest", number)
}

// ticketHistory is a ticket's history with the names of everybody in it.
type ticketHistory struct {
	history []ticket.Recorded
	names   ticketview.Names
}

func (n *node) loadHistory(ctx context.Context, id ticket.ID) (ticketHistory, error) {
	history, err := n.service.History(ctx, id)
	if errors.Is(err, eventstore.ErrNotFound) {
		return ticketHistory{}, fmt.Errorf("there is no ticket %s", id)
	}
	if err != nil {
		return ticketHistory{}, err
	}
	head, _, err := n.store.Head(ctx)
	if err != nil {
		return ticketHistory{}, err
	}
	var ids []string
	var s ticket.State
	for _, r := range history {
		s = ticket.Evolve(s, r)
		ids = append(ids, r.By.ID, s.Assignee.Operator)
	}
	slices.Sort(ids)
	known, err := n.identity.Names(ctx, slices.Compact(ids))
	if err != nil {
		return ticketHistory{}, err
	}
	names := ticketview.Names{Catalog: n.catalog, Playbooks: n.playbooks, Epoch: head.Epoch, Operator: func(id string) string { return known[id] }}
	return ticketHistory{history, names}, nil
}

// recordAccess records what the command line tells of tickets, before it does: nobody reads unseen.
func (n *node) recordAccess(ctx context.Context, r accesslog.Access) error {
	r.By = person.Actor{ID: cliActorID, Role: person.Administrator}
	return accesslog.Record(ctx, n.store.RequestPool(), r)
}

// viewTime is the moment to look at a history from: not before its last event.
func (p ticketHistory) viewTime(n *node) time.Time {
	now := n.store.SettledTime()
	if last := p.history[len(p.history)-1].At; last.After(now) {
		return last
	}
	return now
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
				p, err := n.loadHistory(ctx, id)
				if err != nil {
					return err
				}
				if err := n.recordAccess(ctx, accesslog.Access{Ticket: id, Kind: accesslog.Ticket}); err != nil {
					return err
				}
				t, _ := ticketview.Detail(auditorViewer, p.history, p.names, p.viewTime(n)) // the auditor sees every ticket
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

// printTicket prints a ticket for a person.
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

// formatTime is a time as people in Piemonte read it.
func formatTime(t time.Time) string { return t.In(calendar.Rome()).Format("02/01/2006 15:04:05") }

func (a *cli) ticketList() *cobra.Command {
	var asJSON bool
	var filter lists.Filter
	c := &cobra.Command{
		Use: "list", Short: "List tickets, the last changed first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				if subject := n.service.HashTaxCode(filter.Q); subject != "" {
					if err := n.recordAccess(ctx, accesslog.Access{Kind: accesslog.Search, Subject: subject}); err != nil {
						return err
					}
				}
				filter.Queue = lists.AllQueue
				page, err := n.service.Lists.ListTickets(ctx, auditorViewer, filter)
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
		Use: "link NUMBER", Short: "Print the token with which the citizen reads and answers the ticket without logging in", Args: cobra.ExactArgs(1),
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

// eraseTicket destroys a ticket's personal data, waits until the lists have forgotten them too, and says what else holds them.
func (a *cli) eraseTicket(ctx context.Context, n *node, number string) error {
	id, err := n.findTicket(ctx, number)
	if err != nil {
		return err
	}
	others, err := n.linkedTickets(ctx, id) // found by what is about to be erased
	if err != nil {
		return err
	}
	out, err := n.service.Dispatch(ctx, app.CommandRequest{
		Ticket: id, Command: ticket.Erase{}, By: person.Actor{ID: cliActorID, Role: person.Administrator},
	})
	if err != nil {
		return err
	}
	if err := n.waitForLists(ctx); err != nil {
		return fmt.Errorf("the keys are destroyed, the read models do not show it yet: %w", err)
	}
	fmt.Fprintf(a.out, "%s: erased at %s, in the log and in the read models\n", number, out.Position)
	if len(others) > 0 {
		fmt.Fprintf(a.out, "linked tickets with the same personal data were not erased: %s; erase them too\n", strings.Join(others, ", "))
	}
	fmt.Fprintln(a.out, "backups of the database were not erased: a key restored from one opens the data again")
	return nil
}

// cliActorID is the actor of what the command line does: who sat there, the machine knows.
const cliActorID = "sol-command-line"

// parseEntityCode reads an entity's code as somebody typed it.
func parseEntityCode(text string) catalog.EntityCode {
	return catalog.EntityCode(strings.ToLower(strings.TrimSpace(text)))
}
