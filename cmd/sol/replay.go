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

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
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
				id, err := n.findTicket(ctx, args[0])
				if err != nil {
					return err
				}
				viewer, err := parseViewer(as, id)
				if err != nil {
					return err
				}
				p, err := n.loadHistory(ctx, id)
				if err != nil {
					return err
				}
				moment := p.viewTime(n)
				if at != "" {
					if moment, err = n.historyAt(ctx, &p, at); err != nil {
						return err
					}
				}
				t, there := ticketview.Detail(viewer, p.history, p.names, moment)
				switch {
				case !there && at == "":
					return fmt.Errorf("there is no ticket %s for %s", args[0], as)
				case !there:
					return fmt.Errorf("at %s there was no ticket %s for %s", at, args[0], as)
				}
				if err := n.recordAccess(ctx, accesslog.Access{Ticket: id, Kind: accesslog.History}); err != nil {
					return err
				}
				if at == "" {
					return a.printHistory(p, t, asJSON)
				}
				return a.printJSON(t)
			})
		},
	}
	c.Flags().StringVar(&at, "at", "", "a moment (RFC 3339) or a position (EPOCH.POSITION)")
	c.Flags().StringVar(&as, "as", string(person.Auditor), "role to view as: ROLE@ENTITY")
	jsonFlag(c, &asJSON)
	return c
}

func parseViewer(text string, id ticket.ID) (ticketview.Viewer, error) {
	role, entity, _ := strings.Cut(text, "@")
	actor := person.Actor{Role: person.Role(role), Entity: parseEntityCode(entity)}
	switch {
	case actor.Role == person.Citizen && entity == "":
		return ticketview.Viewer{Ticket: id}, nil
	case actor.Role == person.Auditor && entity == "", actor.Role.Operates() && entity != "":
		return ticketview.Viewer{Actor: actor}, nil
	}
	return ticketview.Viewer{}, fmt.Errorf("--as %q: want ROLE@ENTITY, e.g. operatore_asr@010301 or operatore_regionale@regione, or auditor, or cittadino", text)
}

// historyAt finds the moment that is meant, and leaves of a history what stands at or before a position.
func (n *node) historyAt(ctx context.Context, p *ticketHistory, at string) (time.Time, error) {
	if moment, err := time.Parse(time.RFC3339Nano, at); err == nil {
		return moment.UTC(), nil
	}
	position, err := eventstore.ParsePosition(at)
	if err != nil {
		return time.Time{}, fmt.Errorf("--at %q: want RFC 3339, e.g. 2026-11-20T09:00:00Z, or EPOCH.POSITION, e.g. 1.42", at)
	}
	records, err := n.store.Read(ctx, position.N-1, 1)
	if err != nil {
		return time.Time{}, err
	}
	if len(records) == 0 || position.Epoch != p.names.Epoch {
		return time.Time{}, errors.New("the log has not reached this position; sol projections list shows its head")
	}
	kept := 0
	for kept < len(p.history) && p.history[kept].Position <= position.N {
		kept++
	}
	p.history = p.history[:kept]
	return records[0].At, nil
}

// historyLine is a line of a history.
type historyLine struct {
	Position string        `json:"position"`
	Version  int           `json:"version"`
	At       time.Time     `json:"at"`
	By       ticketview.By `json:"by"`
	Type     string        `json:"type"`
	Text     string        `json:"text"`
}

// printHistory prints a history as a viewer's timeline tells it. The auditor's has a line for every event.
func (a *cli) printHistory(p ticketHistory, t ticketview.Ticket, asJSON bool) error {
	for _, l := range t.Timeline {
		of := slices.IndexFunc(p.history, func(r ticket.Recorded) bool { return r.Version == l.Version })
		position := eventstore.Position{Epoch: p.names.Epoch, N: p.history[of].Position}.String()
		if asJSON {
			if err := a.printJSON(historyLine{position, l.Version, l.At, l.By, l.Type, l.Text}); err != nil {
				return err
			}
			continue
		}
		who := cmp.Or(string(l.By.Role), l.By.Name) // the citizen is told the entity alone
		if l.By.Role != "" && l.By.Entity != "" {
			who += "@" + string(l.By.Entity)
		}
		fmt.Fprintf(a.out, "%8s  %s  %-29s %-20s %s\n", position, formatTime(l.At), who, l.Type, l.Text)
	}
	return nil
}
