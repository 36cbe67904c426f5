// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/progress"
	"github.com/sol-assistenza/sol/cmd/sol/internal/simulation"
	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/sagas"
)

func (a *cli) sagasSimulate() *cobra.Command {
	var (
		from, to      string
		set, entities []string
		asJSON        bool
	)
	c := &cobra.Command{
		Use: "simulate NAME", Args: cobra.ExactArgs(1),
		Short: "Compute what a saga would have done in the past with other settings; nothing is changed",
		Example: `  sol sagas simulate auto-close --from 2026-06-01 --set auto_close.after_days=3
  sol sagas simulate waiting --set waiting.resolve_after_working_days=20 --entity 010301`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := sagas.ForSimulation(args[0], catalog.Default()); err != nil {
				return err
			}
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				changed, err := simulation.WithSettings(n.catalog, set, entities)
				if err != nil {
					return err
				}
				begin, err := simulation.ParseDay("--from", from, time.Time{})
				if err != nil {
					return err
				}
				end, err := simulation.ParseDay("--to", to, n.store.Now())
				if err != nil {
					return err
				}
				var total int64
				if err := n.store.Pools().Read.QueryRow(ctx, "select count(*) from log.streams").Scan(&total); err != nil {
					return err
				}
				bar := progress.New(a.err, "replaying tickets")
				s, err := n.service.SimulateSaga(ctx, args[0], changed, begin, end, func(done int) { bar.Set(int64(done), total) })
				bar.Finish()
				if err != nil {
					return err
				}
				if asJSON {
					return a.printJSON(s)
				}
				fmt.Fprintf(a.out, "%s, %d tickets: %d simulated commands, %d recorded events; %d simulated commands refused\n", s.Saga, s.Tickets,
					s.Simulated, s.Actual, s.Refused)
				for _, o := range s.EarlyCommands {
					fmt.Fprintf(a.out, "  %s: simulated %s on %s is earlier than recorded %s on %s\n", o.Number, o.Command,
						o.At.In(calendar.Rome()).Format("2006-01-02 15:04"), o.NextEvent, o.NextEventAt.In(calendar.Rome()).Format("2006-01-02 15:04"))
				}
				return nil
			})
		},
	}
	f := c.Flags()
	f.StringVar(&from, "from", "", "first day, e.g. 2026-06-01 (the beginning)")
	f.StringVar(&to, "to", "", "day after the last (now)")
	f.StringArrayVar(&set, "set", nil, "setting to try, KEY=VALUE; may be repeated")
	f.StringArrayVar(&entities, "entity", nil, "only for this entity; may be repeated")
	jsonFlag(c, &asJSON)
	return c
}
