// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/bench"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/migrations"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

func (a *cli) benchCommand() *cobra.Command {
	return commandGroup("bench", "Run benchmarks on a temporary database", a.benchAppend(), a.benchSnapshot(), a.benchTimers(), a.benchPages())
}

func (a *cli) benchAppend() *cobra.Command {
	c, length := benchWithDuration("append", "Compare durable conditional appends with pgbench's plain INSERT; one JSON object per line")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.benchLog(cmd.Context(), func(ctx context.Context, own *embedpg.Server, c bench.Config) error {
			c.Duration, c.Pgbench = *length, bench.FindPgbench(own.BinDir())
			if c.Pgbench == "" {
				fmt.Fprintln(a.err, "sol: pgbench is not installed; there is no comparison")
			}
			return bench.Append(ctx, a.out, c)
		})
	}
	return c
}

func (a *cli) benchSnapshot() *cobra.Command {
	c, length := benchWithDuration("snapshot", "Compare appends while a transaction with an old snapshot is open with appends without it; one JSON object per line")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.benchLog(cmd.Context(), func(ctx context.Context, _ *embedpg.Server, c bench.Config) error {
			c.Duration = *length
			return bench.Snapshot(ctx, a.out, c)
		})
	}
	return c
}

// benchWithDuration returns a benchmark's command without its function, and the duration that its flag gives.
func benchWithDuration(use, short string) (*cobra.Command, *time.Duration) {
	c := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs}
	var always bool
	c.Flags().BoolVar(&always, "json", true, "always on")
	return c, c.Flags().Duration("for", 10*time.Second, "duration of each measurement")
}

// benchLog runs a benchmark of the log on a temporary database with a master key of its own.
func (a *cli) benchLog(ctx context.Context, run func(context.Context, *embedpg.Server, bench.Config) error) error {
	c, err := config.Load(a.env)
	if err != nil {
		return err
	}
	return a.withScratchDatabase(ctx, c, func(ctx context.Context, own *embedpg.Server) error {
		key := make([]byte, 32)
		rand.Read(key)
		return run(ctx, own, bench.Config{URL: own.URL("sol"), MasterKey: key})
	})
}

func (a *cli) benchTimers() *cobra.Command {
	c := &cobra.Command{
		Use: "timers", Short: "Measure a poll without due timers at 100,000 and 1,000,000 pending timers; one JSON object per line",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := config.Load(a.env)
			if err != nil {
				return err
			}
			return a.withScratchDatabase(cmd.Context(), c, func(ctx context.Context, own *embedpg.Server) error {
				key := make([]byte, 32)
				rand.Read(key)
				store, err := eventstore.Open(ctx, eventstore.Config{URL: own.URL("sol"), MasterKey: key, Pools: []func(*pgpool.Spec){pgpool.Small}, Log: config.NewQuietLogger(a.err, c.Log)})
				if err != nil {
					return err
				}
				defer store.Close()
				refuse := func(context.Context, ticket.ID, ticket.Command, person.Actor, eventstore.CommandID, int64) error {
					return errors.New("no timer should be due")
				}
				return runtime.BenchmarkPolls(ctx, a.out, runtime.Config{Store: store, Dispatch: refuse,
					Sagas: []runtime.Definition{sagas.AutoClose(catalog.Default())}})
			})
		},
	}
	var always bool
	c.Flags().BoolVar(&always, "json", true, "always on")
	return c
}

// withScratchDatabase runs do on a durable, migrated Postgres in a temporary directory inside the data directory, on the same disk.
func (a *cli) withScratchDatabase(ctx context.Context, c config.Config, do func(context.Context, *embedpg.Server) error) (err error) {
	if err := database.MakeDataDir(c.DataDir); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(c.DataDir, "bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if os.Geteuid() == 0 {
		if err := os.Chmod(dir, 0o711); err != nil { // the Postgres user must be able to enter it
			return err
		}
	}
	own, err := embedpg.Start(ctx, embedpg.Config{Dir: dir, Log: config.NewQuietLogger(a.err, c.Log)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, own.Stop(context.WithoutCancel(ctx))) }()
	if err := migrations.Up(ctx, own.URL("sol")); err != nil {
		return err
	}
	return do(ctx, own)
}
