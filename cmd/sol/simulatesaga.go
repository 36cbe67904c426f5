// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas"
)

// settings are what a simulation may change, each read from text.
var settings = map[string]func(text string, a *catalog.AutoClose, h *catalog.Handover, w *catalog.Waiting) error{
	"auto_close.after_days": func(t string, a *catalog.AutoClose, _ *catalog.Handover, _ *catalog.Waiting) error {
		return number(t, &a.AfterDays)
	},
	"auto_close.hour": func(t string, a *catalog.AutoClose, _ *catalog.Handover, _ *catalog.Waiting) error {
		return number(t, &a.Hour)
	},
	"handover.target_hours": func(t string, _ *catalog.AutoClose, h *catalog.Handover, _ *catalog.Waiting) error {
		return number(t, &h.TargetHours)
	},
	"handover.warn_hours_before": func(t string, _ *catalog.AutoClose, h *catalog.Handover, _ *catalog.Waiting) error {
		return number(t, &h.WarnHoursBefore)
	},
	"handover.office": func(t string, _ *catalog.AutoClose, h *catalog.Handover, _ *catalog.Waiting) error {
		h.Office = t
		return nil
	},
	"waiting.remind_after_working_days": func(t string, _ *catalog.AutoClose, _ *catalog.Handover, w *catalog.Waiting) error {
		w.RemindAfterDays = nil
		for part := range strings.SplitSeq(t, ",") {
			var n int
			if err := number(part, &n); err != nil {
				return err
			}
			w.RemindAfterDays = append(w.RemindAfterDays, n)
		}
		return nil
	},
	"waiting.resolve_after_working_days": func(t string, _ *catalog.AutoClose, _ *catalog.Handover, w *catalog.Waiting) error {
		return number(t, &w.ResolveAfterDays)
	},
}

// possible are the sagas that settings change, as they are with a catalogue.
var possible = map[string]func(*catalog.Catalog) sagas.Definition{
	"auto-close": func(c *catalog.Catalog) sagas.Definition { return sagas.AutoClose(c) },
	"escalation": func(c *catalog.Catalog) sagas.Definition { return sagas.Escalation(c) },
	"waiting":    func(c *catalog.Catalog) sagas.Definition { return sagas.Waiting(c) },
	"succession": func(c *catalog.Catalog) sagas.Definition { return sagas.Succession(c) },
}

func number(text string, into *int) (err error) {
	if *into, err = strconv.Atoi(strings.TrimSpace(text)); err != nil {
		return fmt.Errorf("%q is no number", text)
	}
	return nil
}

// tried is the catalogue with settings changed, for the entities named or for all.
func tried(c *catalog.Catalog, set, entities []string) (*catalog.Catalog, error) {
	var codes []catalog.EntityCode
	for _, e := range entities {
		if _, known := c.Entity(catalog.EntityCode(e)); !known {
			return nil, fmt.Errorf("--entity: there is no entity %s", e)
		}
		codes = append(codes, catalog.EntityCode(e))
	}
	for _, s := range set {
		key, text, ok := strings.Cut(s, "=")
		read := settings[key]
		if !ok || read == nil {
			return nil, fmt.Errorf("--set %s: want KEY=VALUE, KEY one of %s", s, strings.Join(slices.Sorted(maps.Keys(settings)), ", "))
		}
		var wrong error
		changed, err := c.With(func(a *catalog.AutoClose, h *catalog.Handover, w *catalog.Waiting) {
			if err := read(text, a, h, w); err != nil {
				wrong = err
			}
		}, codes...)
		if wrong == nil {
			wrong = err
		}
		if wrong != nil {
			return nil, fmt.Errorf("--set %s: %w", s, wrong)
		}
		c = changed
	}
	return c, nil
}

func (a *app) sagasSimulate() *cobra.Command {
	var (
		from, to      string
		set, entities []string
		asJSON        bool
	)
	c := &cobra.Command{
		Use: "simulate NAME", Args: cobra.ExactArgs(1),
		Short: "Tell what a saga would have done in the past with other settings; nothing is changed",
		Example: `  sol sagas simulate auto-close --from 2026-06-01 --set auto_close.after_days=3
  sol sagas simulate waiting --set waiting.resolve_after_working_days=20 --entity 010301`,
		RunE: func(cmd *cobra.Command, args []string) error {
			simulated := possible[args[0]]
			if simulated == nil {
				return fmt.Errorf("%s cannot be simulated; those with timers can: %s", args[0], strings.Join(slices.Sorted(maps.Keys(possible)), ", "))
			}
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				changed, err := tried(n.catalog, set, entities)
				if err != nil {
					return err
				}
				begin, err := date("--from", from, time.Time{})
				if err != nil {
					return err
				}
				end, err := date("--to", to, n.store.Now())
				if err != nil {
					return err
				}
				var total int64
				if err := n.store.Worker().QueryRow(ctx, "select count(*) from log.streams").Scan(&total); err != nil {
					return err
				}
				bar := a.progress("replaying tickets")
				s, err := sagas.Simulate(ctx, n.store, simulated(changed), ticket.Rules{Catalog: changed, Playbooks: n.playbooks}, begin, end, func(done int) { bar.set(int64(done), total) })
				bar.end()
				if err != nil {
					return err
				}
				if asJSON {
					return a.json(s)
				}
				fmt.Fprintf(a.out, "%s, %d tickets: it would have acted %d times; it did %d times; %d would have been refused\n", s.Saga, s.Tickets, s.Would, s.Did, s.Refused)
				for _, o := range s.Before {
					fmt.Fprintf(a.out, "  %s: %s on %s would have come before %s on %s\n", o.Number, o.Command,
						o.At.In(calendar.Rome()).Format("2006-01-02 15:04"), o.By, o.Then.In(calendar.Rome()).Format("2006-01-02 15:04"))
				}
				return nil
			})
		},
	}
	f := c.Flags()
	f.StringVar(&from, "from", "", "count from this day on, 2006-01-02 (the beginning)")
	f.StringVar(&to, "to", "", "count up to this day (now)")
	f.StringArrayVar(&set, "set", nil, "a setting to try, KEY=VALUE; may stand more than once")
	f.StringArrayVar(&entities, "entity", nil, "for this entity alone; may stand more than once")
	jsonFlag(c, &asJSON)
	return c
}

// date reads the beginning of a day in Rome.
func date(flag, text string, otherwise time.Time) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	d, err := time.ParseInLocation(time.DateOnly, text, calendar.Rome())
	if err != nil {
		return d, fmt.Errorf("%s %s: want a day, e.g. 2026-06-01", flag, text)
	}
	return d, nil
}
