// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
	"github.com/sol-assistenza/sol/cmd/sol/internal/restore"
	"github.com/sol-assistenza/sol/cmd/sol/internal/security"
	"github.com/sol-assistenza/sol/cmd/sol/internal/server"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
	"github.com/sol-assistenza/sol/eventstore/lastseen"
)

func (a *cli) serveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "serve", Short: "Run the server", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := config.Load(a.env)
			if err != nil {
				return err
			}
			log := config.NewLogger(a.err, c.Log)
			s := service{config: c, settings: config.Settings(a.env), log: log, onReady: func(_ context.Context, _ *node, srv *server.Server) error {
				log.Info("server ready", "address", srv.URL(), "data_dir", c.DataDir, "version", version())
				return nil
			}}
			return s.run(cmd.Context())
		},
	}
}

// service runs a server: it starts all components in order and stops them in reverse order.
type service struct {
	config config.Config
	// settings are the values of the variables that are set, without passwords; nil: the start is no security event.
	settings map[string]string
	log      *slog.Logger
	// onListen is called first, when the server listens on its address. nil: no call.
	onListen func() error
	// onMigrated is called with the migrated database, before the node opens it. nil: no call.
	onMigrated func(context.Context, database.Database) error
	// onReady is called when the server answers requests.
	onReady func(ctx context.Context, n *node, srv *server.Server) error
}

// run serves until ctx ends, which is no error. It stops in reverse order of the start: open requests finish and streams end, sagas and
// projections stop, the store closes, Postgres stops.
func (s service) run(ctx context.Context) error {
	if err := checkExternalFiles(s.config.External); err != nil {
		return err
	}
	if err := database.MakeDataDir(s.config.DataDir); err != nil {
		return err
	}
	// The key file of a new log is created later.
	if _, err := s.config.MasterKey.Read(); err != nil && !s.config.MasterKey.IsMissing(err) {
		return err
	}
	srv, err := server.Listen(s.config.Addr, s.config.MetricsAddr, s.log)
	if err != nil {
		if _, running := embedpg.Find(s.config.PostgresDir(), "sol"); running {
			return fmt.Errorf("%w; sol already runs on the data in %s: stop it, or set another SOL_DATA_DIR", err, s.config.DataDir)
		}
		return err
	}
	if s.onListen != nil {
		err = s.onListen()
	}
	if err == nil {
		err = s.start(ctx, srv)
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil // stopped during the start
	}
	err = errors.Join(err, srv.Close())
	s.log.Info("server stopped")
	return err
}

// start opens the database, wires the node, starts the workers and serves until ctx ends or a part fails. Then it stops them all.
func (s service) start(ctx context.Context, srv *server.Server) (err error) {
	db, err := database.Open(ctx, s.config, s.log, restore.CheckAfter(database.Prepare(s.config, s.log), s.config.LastSeenFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(context.WithoutCancel(ctx))) }()
	for _, fault := range s.config.MasterKey.Faults(s.config.DataDir) { // a new installation has its key by now
		s.log.Warn("the master key is not kept well", "fault", fault)
	}
	if s.onMigrated != nil {
		if err := s.onMigrated(ctx, db); err != nil {
			return err
		}
	}
	s.config.External.PublicURL = cmp.Or(s.config.External.PublicURL, srv.URL())
	mailListener, err := listenMail(s.config.External)
	if err != nil {
		return err
	}
	if mailListener != nil {
		defer func() { _ = mailListener.Close() }() // an error means that the inbound server has closed it already
		s.log.Info("inbound mail listening", "address", mailListener.Addr().String(), "domain", s.config.External.MailDomain)
	}
	n, err := newNode(ctx, s.config, s.log, db, nil)
	if err != nil {
		return err
	}
	defer n.close()
	n.service.Health.LogInsecure(s.log)
	router, set, err := n.newRouter()
	if err != nil {
		return err
	}
	if s.settings != nil {
		security.NoteStart(ctx, n.security, n.store, srv.URL(), version(), s.settings, s.log)
	}
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	workers := s.startWorkers(working, n, db.Postgres, srv, mailListener)
	ended := make(chan error, 1)
	go func() { ended <- workers.Wait() }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()

	srv.Router.Store(router)
	if err := set.Listen(srv); err != nil {
		return errors.Join(err, srv.Drain(context.WithoutCancel(ctx)))
	}
	if err := s.onReady(ctx, n, srv); err != nil {
		return errors.Join(err, srv.Drain(context.WithoutCancel(ctx)))
	}
	select {
	case <-ctx.Done():
		s.log.Info("stopping")
	case failure := <-srv.ServeErr:
		srv.ServeErr <- failure
		return fmt.Errorf("serve: %w", failure)
	case failure := <-ended:
		ended <- nil
		return errors.Join(failure, srv.Drain(context.WithoutCancel(ctx)))
	}
	return srv.Drain(context.WithoutCancel(ctx))
}

// startWorkers starts projections, sagas, cleanup and adapters, which run until ctx ends. A failure of one ends them all.
func (s service) startWorkers(ctx context.Context, n *node, own *embedpg.Server, srv *server.Server,
	mailListener net.Listener) *errgroup.Group {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.projections.Start(ctx) })
	g.Go(func() error { return n.sagas.Run(ctx) })
	g.Go(func() error { return n.runCleanup(ctx) })
	g.Go(func() error { return n.service.Accounts.Run(ctx, n.log) })
	g.Go(func() error { return n.files.Run(ctx) })
	g.Go(func() error {
		return (&lastseen.Watcher{Store: n.store, File: n.config.LastSeenFile, Log: n.log}).Run(ctx)
	})
	n.adapters.run(ctx, g, mailListener)
	if n.security != nil {
		g.Go(func() error { return n.security.Run(ctx) })
	}
	if own != nil {
		g.Go(func() error { return database.WatchPostgres(ctx, own, &srv.DatabaseDown) })
	}
	return g
}
