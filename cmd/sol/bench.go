// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
	"github.com/sol-assistenza/sol/cmd/sol/internal/faults"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/bench"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

func (a *cli) benchCommand() *cobra.Command {
	return commandGroup("bench", "Run benchmarks on a temporary database", a.benchAppend(), a.benchSnapshot(), a.benchTimers(), a.benchTakeover(), a.benchPages(), a.benchStreams(), a.benchAccess())
}

// newBench returns the command of a benchmark. do runs on a temporary database and writes one JSON object per line.
func (a *cli) newBench(use, short string, do func(context.Context, config.Config, *embedpg.Server) error) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short + "; one JSON object per line", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		c, err := config.Load(a.env)
		if err != nil {
			return err
		}
		return database.WithScratch(cmd.Context(), c, config.NewQuietLogger(a.err, c.Log), do)
	}}
	c.Flags().Bool("json", true, "always on")
	return c
}

// newLogBench returns the command of a benchmark of the log.
func (a *cli) newLogBench(use, short string, run func(context.Context, *embedpg.Server, bench.Config) error) *cobra.Command {
	var length time.Duration
	c := a.newBench(use, short, func(ctx context.Context, c config.Config, own *embedpg.Server) error {
		key, err := c.MasterKey.ReadNewest()
		if err != nil {
			return err
		}
		return run(ctx, own, bench.Config{URL: own.URL("sol"), MasterKey: key, Duration: length})
	})
	c.Flags().DurationVar(&length, "for", 10*time.Second, "duration of each measurement")
	return c
}

func (a *cli) benchAppend() *cobra.Command {
	return a.newLogBench("append", "Compare durable conditional appends with pgbench's plain INSERT", func(ctx context.Context, own *embedpg.Server, c bench.Config) error {
		if c.Pgbench = bench.FindPgbench(own.ClientDir()); c.Pgbench == "" {
			fmt.Fprintln(a.err, "sol: pgbench is not installed; there is no comparison")
		}
		return bench.Append(ctx, a.out, c)
	})
}

func (a *cli) benchSnapshot() *cobra.Command {
	return a.newLogBench("snapshot", "Compare appends while a transaction with an old snapshot is open with appends without it",
		func(ctx context.Context, _ *embedpg.Server, c bench.Config) error {
			return bench.Snapshot(ctx, a.out, c)
		})
}

func (a *cli) benchTimers() *cobra.Command {
	return a.newBench("timers", "Measure a poll without due timers at 100,000 and 1,000,000 pending timers", func(ctx context.Context, c config.Config, own *embedpg.Server) error {
		key, err := c.MasterKey.ReadNewest()
		if err != nil {
			return err
		}
		log := eventstore.Config{Logins: pgpool.TrustedLogins(own.URL("sol")), MasterKey: key, Pools: []func(*pgpool.Spec){pgpool.Small}, Log: config.NewQuietLogger(a.err, c.Log)}
		return runtime.BenchmarkPolls(ctx, a.out, log, sagas.AutoClose(catalog.Default()))
	})
}

func (a *cli) benchTakeover() *cobra.Command {
	var b faults.Benchmark
	c := a.newBench("takeover", "Measure how soon a node does the open work of another one that fails", func(ctx context.Context, c config.Config, own *embedpg.Server) error {
		return b.Run(ctx, a.out, own, c.MasterKey.File())
	})
	c.Flags().IntVar(&b.Rounds, "rounds", 5, "number of faults of each kind")
	c.Flags().StringSliceVar(&b.Kinds, "kinds", faults.Kinds(), "kinds of faults")
	return c
}
