// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/terminal"
	"github.com/sol-assistenza/sol/cmd/sol/internal/tickettext"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

func (a *cli) replayCommand() *cobra.Command {
	var at, as string
	var asJSON bool
	c := &cobra.Command{
		Use:   "replay NUMBER",
		Short: "Print a ticket's history, or its state at a moment",
		Long: "Without --at, it prints the history that the role of --as may see, one event per line. With --at, it prints the ticket at that\n" +
			"moment, as the JSON of the API for ?at=. The moment is RFC 3339 or a log position, EPOCH.POSITION. --as is the role to view\n" +
			"as: ROLE@ENTITY, e.g. operatore_asr@010301, or auditor, or cittadino for the ticket's citizen.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				id, err := a.findTicket(ctx, cmd, n, args[0])
				if err != nil {
					return err
				}
				viewer, err := parseViewer(as, id)
				if err != nil {
					return err
				}
				moment, err := parseMoment(at)
				if err != nil {
					return err
				}
				r, err := n.service.ReadTicketAs(ctx, terminal.Caller(a.env, cmd), viewer, id, moment, accesslog.History)
				switch {
				case errors.Is(err, eventstore.ErrBeyondHead):
					return errors.New("the log has not reached this position; sol projections list shows its head")
				case err != nil:
					return explainNotFound(err, id)
				case !r.Visible && at == "":
					return fmt.Errorf("there is no ticket %s for %s", args[0], as)
				case !r.Visible:
					return fmt.Errorf("at %s there was no ticket %s for %s", at, args[0], as)
				case at == "":
					return a.printHistory(r, asJSON)
				}
				return a.printJSON(r.Ticket)
			})
		},
	}
	c.Flags().StringVar(&at, "at", "", "a moment (RFC 3339) or a position (EPOCH.POSITION)")
	c.Flags().StringVar(&as, "as", string(person.Auditor), "role to view as: ROLE@ENTITY")
	jsonFlag(c, &asJSON)
	return c
}

// parseViewer parses the --as flag. id is the ticket whose citizen cittadino means.
func parseViewer(text string, id ticket.ID) (ticketview.Viewer, error) {
	role, entity, _ := strings.Cut(text, "@")
	actor := person.Actor{Role: person.Role(role), Entity: parseEntityCode(entity)}
	switch {
	case actor.Role == person.Citizen && entity == "":
		return ticketview.Viewer{Ticket: id}, nil
	case actor.Role == person.Auditor && entity == "", (actor.Role.Operates() || actor.Role.Audits()) && entity != "":
		return ticketview.Viewer{Actor: actor}, nil
	}
	return ticketview.Viewer{}, fmt.Errorf("--as %q: want ROLE@ENTITY, e.g. operatore_asr@010301 or operatore_regionale@regione, or auditor, or cittadino", text)
}

// parseMoment parses the --at flag; "" means now.
func parseMoment(at string) (app.Moment, error) {
	if at == "" {
		return app.Moment{}, nil
	}
	if moment, err := time.Parse(time.RFC3339Nano, at); err == nil {
		return app.Moment{Time: moment.UTC()}, nil
	}
	position, err := eventstore.ParsePosition(at)
	if err != nil {
		return app.Moment{}, fmt.Errorf("--at %q: want RFC 3339, e.g. 2026-11-20T09:00:00Z, or EPOCH.POSITION, e.g. 1.42", at)
	}
	return app.Moment{Position: position}, nil
}

// historyLine is an event in the JSON output of sol replay.
type historyLine struct {
	Position string        `json:"position"`
	Version  int           `json:"version"`
	At       time.Time     `json:"at"`
	By       ticketview.By `json:"by"`
	Type     string        `json:"type"`
	Text     string        `json:"text"`
}

// printHistory prints the timeline of a reading, which for the auditor has a line for every event.
func (a *cli) printHistory(p app.TicketAtMoment, asJSON bool) error {
	for _, l := range p.Ticket.Timeline {
		index := slices.IndexFunc(p.Events, func(r ticket.Recorded) bool { return r.Version == l.Version })
		position := eventstore.Position{Epoch: p.Epoch, N: p.Events[index].Position}.String()
		if asJSON {
			if err := a.printJSON(historyLine{position, l.Version, l.At, l.By, l.Type, l.Text}); err != nil {
				return err
			}
			continue
		}
		actor := cmp.Or(string(l.By.Role), l.By.Name) // a citizen sees only the entity's name
		if l.By.Role != "" && l.By.Entity != "" {
			actor += "@" + string(l.By.Entity)
		}
		fmt.Fprintf(a.out, "%8s  %s  %-29s %-20s %s\n", position, tickettext.FormatTime(l.At), actor, l.Type, l.Text)
	}
	return nil
}
