// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/terminal"
	"github.com/sol-assistenza/sol/cmd/sol/internal/tickettext"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/looks"
	"github.com/sol-assistenza/sol/projections/lists"
)

func (a *cli) ticketCommand() *cobra.Command {
	return commandGroup("ticket", "Inspect tickets, revoke their links, and erase their personal data",
		a.ticketShow(), a.ticketList(), a.ticketLink(), a.ticketRevoke(), a.ticketErase())
}

// findTicket returns the id of the ticket with a number; the argument may be an id. A number that no ticket has is a refused look.
func (a *cli) findTicket(ctx context.Context, cmd *cobra.Command, n *node, number string) (ticket.ID, error) {
	id, err := n.service.FindTicket(ctx, number)
	if errors.Is(err, eventstore.ErrNotFound) {
		look := looks.Refused{Action: policy.ReadTicket, Ticket: number, Path: cmd.CommandPath() + " " + number}
		if err := n.service.Looks.RecordRefused(ctx, terminal.Caller(a.env, cmd), look); err != nil {
			return "", err
		}
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
				id, err := a.findTicket(ctx, cmd, n, args[0])
				if err != nil {
					return err
				}
				t, err := n.service.ReadTicketAsAuditor(ctx, terminal.Caller(a.env, cmd), id)
				if err != nil {
					return explainNotFound(err, id)
				}
				if asJSON {
					return a.printJSON(t)
				}
				tickettext.Print(a.out, t)
				return nil
			})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func (a *cli) ticketList() *cobra.Command {
	var asJSON bool
	var filter lists.Filter
	c := &cobra.Command{
		Use: "list", Short: "List tickets, the last changed first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				page, err := n.service.ListTicketsAsAuditor(ctx, terminal.Caller(a.env, cmd), filter)
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
					fmt.Fprintf(a.out, "%s  %-18s %-8s %-26s %s\n", t.Number, t.Status, t.Entity.Code, t.Problem.ID, tickettext.FormatTime(t.UpdatedAt))
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
				id, err := a.findTicket(ctx, cmd, n, args[0])
				if err != nil {
					return err
				}
				if err := n.service.Looks.RecordLink(ctx, terminal.Caller(a.env, cmd), id); err != nil {
					return explainNotFound(err, id)
				}
				link, err := n.service.PersonalLink(ctx, id)
				fmt.Fprintln(a.out, link)
				return explainNotFound(err, id)
			})
		},
	}
}

func (a *cli) ticketRevoke() *cobra.Command {
	var in app.RevokeRequest
	c := &cobra.Command{
		Use: "revoke NUMBER --reason TEXT", Short: "Make the personal links and reply addresses of a ticket invalid", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				id, err := a.findTicket(ctx, cmd, n, args[0])
				if err != nil {
					return err
				}
				out, err := n.service.RevokeLinks(ctx, app.Caller{Actor: cliActor}, id, in, app.Idempotency{})
				if err == nil {
					fmt.Fprintf(a.out, "%s: all links and reply addresses that were made before are invalid (revocation %d)\n", args[0], out.State.LinkIssue)
				}
				return explainNotFound(err, id)
			})
		},
	}
	c.Flags().StringVar(&in.Reason, "reason", "", "why, for the operators and the auditor")
	c.Flags().BoolVar(&in.Send, "send", false, "send the citizen a mail with the new link")
	return c
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
				return a.eraseTicket(ctx, cmd, n, args[0])
			})
		},
	}
	c.Flags().BoolVar(&sure, "yes", false, "confirm")
	return c
}

// eraseTicket erases a ticket's personal data and prints what still holds them.
func (a *cli) eraseTicket(ctx context.Context, cmd *cobra.Command, n *node, number string) error {
	id, err := a.findTicket(ctx, cmd, n, number)
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

// cliActor is recorded as the actor of commands by the command line. Access records name the person (terminal.Caller).
var cliActor = person.Actor{ID: cliActorID, Role: person.Administrator}

// parseEntityCode returns an entity's code from text that a person typed: without spaces around it, in lower case.
func parseEntityCode(text string) catalog.EntityCode {
	return catalog.EntityCode(strings.ToLower(strings.TrimSpace(text)))
}
