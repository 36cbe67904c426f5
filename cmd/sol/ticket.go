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
	"github.com/sol-assistenza/sol/handlers/access"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/projections"
)

// auditor is who the command line reads as: it sees everything and changes nothing.
var auditor = projections.Viewer{Actor: person.Actor{Role: person.Auditor}}

func (a *app) ticketCommand() *cobra.Command {
	return group("ticket", "Look at tickets, and erase their personal data",
		a.ticketShow(), a.ticketList(), a.ticketLink(), a.ticketErase())
}

// find gives the ticket of a number, or of an id.
func (n *node) find(ctx context.Context, number string) (ticket.ID, error) {
	if eventstore.IsID(number) {
		return ticket.ID(number), nil
	}
	page, err := n.reader.Tickets(ctx, auditor, projections.Filter{Queue: projections.AllQueue, Q: number, Limit: 10})
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

// past is a ticket's history with the names of everybody in it.
type past struct {
	history []ticket.Recorded
	names   projections.Names
}

func (n *node) past(ctx context.Context, id ticket.ID) (past, error) {
	history, err := n.desk.History(ctx, id)
	if errors.Is(err, eventstore.ErrNotFound) {
		return past{}, fmt.Errorf("there is no ticket %s", id)
	}
	if err != nil {
		return past{}, err
	}
	head, _, err := n.store.Head(ctx)
	if err != nil {
		return past{}, err
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
		return past{}, err
	}
	names := projections.Names{Catalog: n.catalog, Playbooks: n.playbooks, Epoch: head.Epoch, Operator: func(id string) string { return known[id] }}
	return past{history, names}, nil
}

// reads records what the command line tells of tickets, before it does: nobody reads unseen.
func (n *node) reads(ctx context.Context, r access.Read) error {
	r.By = person.Actor{ID: operatingName, Role: person.Administrator}
	return access.Record(ctx, n.store.RequestPool(), r)
}

// now is the moment to look at a history from: not before its last event.
func (p past) now(n *node) time.Time {
	now := n.store.Past()
	if last := p.history[len(p.history)-1].At; last.After(now) {
		return last
	}
	return now
}

func (a *app) ticketShow() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show NUMBER", Short: "Show a ticket as the auditor sees it", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				id, err := n.find(ctx, args[0])
				if err != nil {
					return err
				}
				p, err := n.past(ctx, id)
				if err != nil {
					return err
				}
				if err := n.reads(ctx, access.Read{Ticket: id, What: access.Ticket}); err != nil {
					return err
				}
				t, _ := projections.Detail(auditor, p.history, p.names, p.now(n)) // the auditor sees every ticket
				if asJSON {
					return a.json(t)
				}
				a.show(t)
				return nil
			})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

// show prints a ticket for a person.
func (a *app) show(t projections.Ticket) {
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
	line("Opened", "%s", moment(t.OpenedAt))
	line("Version", "%d at %s", t.Version, t.Position)
	if t.Erased {
		line("Erased", "the personal data were destroyed")
	}
	fmt.Fprintf(a.out, "\n%s\n", t.Description)
	for _, n := range t.Notes {
		fmt.Fprintf(a.out, "\n— %s, %s, %s\n%s\n", n.By.Name, moment(n.At), n.Audience, n.Text)
	}
}

// moment is a time as people in Piemonte read it.
func moment(t time.Time) string { return t.In(calendar.Rome()).Format("02/01/2006 15:04:05") }

func (a *app) ticketList() *cobra.Command {
	var asJSON bool
	var filter projections.Filter
	c := &cobra.Command{
		Use: "list", Short: "List tickets, the latest changed first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				if subject := n.desk.Subject(filter.Q); subject != "" {
					if err := n.reads(ctx, access.Read{What: access.Search, Subject: subject}); err != nil {
						return err
					}
				}
				filter.Queue = projections.AllQueue
				page, err := n.reader.Tickets(ctx, auditor, filter)
				if err != nil {
					return err
				}
				for _, t := range page.Items {
					if asJSON {
						if err := a.json(t); err != nil {
							return err
						}
						continue
					}
					fmt.Fprintf(a.out, "%s  %-18s %-8s %-26s %s\n", t.Number, t.Status, t.Entity.Code, t.Problem.ID, moment(t.UpdatedAt))
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
	c.Flags().IntVar(&filter.Limit, "limit", 20, "how many, 1 to 200")
	return c
}

func (a *app) ticketLink() *cobra.Command {
	return &cobra.Command{
		Use: "link NUMBER", Short: "Print the token with which the citizen reads and answers the ticket without logging in", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				id, err := n.find(ctx, args[0])
				if err != nil {
					return err
				}
				fmt.Fprintln(a.out, n.identity.PersonalLink(id))
				return nil
			})
		},
	}
}

func (a *app) ticketErase() *cobra.Command {
	var sure bool
	c := &cobra.Command{
		Use: "erase NUMBER --yes", Short: "Destroy the keys of a ticket's personal data: nobody can read them any more", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !sure {
				return errors.New("erasing cannot be undone: repeat the command with --yes")
			}
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				return a.erase(ctx, n, args[0])
			})
		},
	}
	c.Flags().BoolVar(&sure, "yes", false, "do it")
	return c
}

// erase destroys a ticket's personal data, waits until the lists have forgotten them too, and says what else holds them.
func (a *app) erase(ctx context.Context, n *node, number string) error {
	id, err := n.find(ctx, number)
	if err != nil {
		return err
	}
	others, err := n.sameRequest(ctx, id) // found by what is about to be erased
	if err != nil {
		return err
	}
	out, err := n.desk.Dispatch(ctx, desk.Request{
		Ticket: id, Command: ticket.Erase{}, By: person.Actor{ID: operatingName, Role: person.Administrator},
	})
	if err != nil {
		return err
	}
	if err := n.caughtUp(ctx); err != nil {
		return fmt.Errorf("the keys are destroyed, the lists do not show it yet: %w", err)
	}
	fmt.Fprintf(a.out, "%s: erased at %s, in the log and in the lists\n", number, out.Position)
	if len(others) > 0 {
		fmt.Fprintf(a.out, "not erased: %s, which go on from one another with it and hold the same form; erase them too\n", strings.Join(others, ", "))
	}
	fmt.Fprintln(a.out, "not erased: what backups of the database hold; a key that comes back with one opens the data again")
	return nil
}

// operatingName is the actor of what the command line does: who sat there, the machine knows.
const operatingName = "sol-command-line"

// entityCode reads an entity's code as somebody typed it.
func entityCode(text string) catalog.EntityCode {
	return catalog.EntityCode(strings.ToLower(strings.TrimSpace(text)))
}
