// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
	"github.com/sol-assistenza/sol/cmd/sol/internal/progress"
	"github.com/sol-assistenza/sol/cmd/sol/internal/server"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
	"github.com/sol-assistenza/sol/handlers/sse/bench"
)

func (a *cli) benchStreams() *cobra.Command {
	var measured bench.Config
	c := a.newBench("streams", "Measure requests and changes while streams of live updates are open", func(ctx context.Context, c config.Config, own *embedpg.Server) error {
		return a.measureStreams(ctx, c, own, measured)
	})
	c.Flags().IntSliceVar(&measured.Streams, "streams", []int{0, 500, 2000}, "numbers of open streams")
	c.Flags().DurationVar(&measured.Duration, "for", 20*time.Second, "duration of each measurement")
	c.Flags().IntVar(&measured.WritesPerSecond, "writes", 5, "writes per second")
	return c
}

// measureStreams measures a node with projections, sagas and notifications over HTTP.
func (a *cli) measureStreams(ctx context.Context, c config.Config, own *embedpg.Server, measured bench.Config) (err error) {
	log := config.NewQuietLogger(a.err, c.Log)
	n, err := newNode(ctx, c, log, database.Trusted(own.URL("sol")), nil)
	if err != nil {
		return err
	}
	defer n.close()
	bar := progress.New(a.err, "creating operators")
	measured.URL = own.URL("sol")
	measured.Accounts, err = bench.CreateOperators(ctx, measured.URL, n.store.KeyedHashes, n.catalog, slices.Max(measured.Streams), bar.Set)
	bar.Finish()
	if err != nil {
		return err
	}
	srv, err := server.Listen("127.0.0.1:0", "", log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, srv.Close()) }()
	router, _, err := n.newRouter()
	if err != nil {
		return err
	}
	srv.Router.Store(router)
	measured.Address = srv.URL()

	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	workers, running := errgroup.WithContext(working)
	workers.Go(func() error { return n.projections.Start(running) })
	workers.Go(func() error { return n.sagas.Run(running) })
	workers.Go(func() error { return n.adapters.outbox.Run(running) })
	defer func() {
		err = errors.Join(err, srv.Drain(context.WithoutCancel(ctx)))
		stop()
		err = errors.Join(err, workers.Wait())
	}()
	return bench.Streams(ctx, a.out, measured)
}
