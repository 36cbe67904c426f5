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
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/eventstore/ownpg"
)

func (a *app) serveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "serve", Short: "Run the server", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(a.env)
			if err != nil {
				return err
			}
			log := newLog(a.err, c.Log)
			s := service{config: c, log: log, ready: func(_ context.Context, _ *node, address string) error {
				log.Info("sol answers", "address", address, "data_dir", c.DataDir, "version", version())
				return nil
			}}
			return s.run(cmd.Context())
		},
	}
}

// service is a server from its start to its end.
type service struct {
	config config
	log    *slog.Logger
	// begin is called when the address is ours, before anything else; nil: there is nothing to do.
	begin func() error
	// prepare works on the migrated database before anything is served; nil: there is nothing to prepare.
	prepare func(ctx context.Context, url string) error
	// ready is called when the service answers.
	ready func(ctx context.Context, n *node, address string) error
}

// run serves until ctx ends, which is no error. What was started last ends first: doors drain and streams end, sagas
// and projections stop, the store closes, Postgres stops.
func (s service) run(ctx context.Context) error {
	if err := s.config.Outside.check(); err != nil {
		return err
	}
	if err := makeDataDir(s.config.DataDir); err != nil {
		return err
	}
	if _, err := s.config.masterKey(); err != nil && !errors.Is(err, os.ErrNotExist) { // a new log is given one
		return err
	}
	front, err := openFront(s.config.Addr, s.log)
	if err != nil {
		if _, running := ownpg.Find(s.config.postgresDir(), "sol"); running {
			return fmt.Errorf("%w; a sol runs on the data in %s already: stop it, or give a second one its own SOL_DATA_DIR too", err, s.config.DataDir)
		}
		return err
	}
	if s.begin != nil {
		err = s.begin()
	}
	if err == nil {
		err = s.behind(ctx, front)
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil // asked to stop while still starting
	}
	err = errors.Join(err, front.close())
	s.log.Info("sol has stopped")
	return err
}

// behind starts everything that the front needs, and ends it again.
func (s service) behind(ctx context.Context, front *front) (err error) {
	db, err := openDatabase(ctx, s.config, s.log, s.config.migrate)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close(context.WithoutCancel(ctx))) }()
	if s.prepare != nil {
		if err := s.prepare(ctx, db.url); err != nil {
			return err
		}
	}
	s.config.Outside.PublicURL = cmp.Or(s.config.Outside.PublicURL, front.url())
	mails, err := s.config.Outside.listen()
	if err != nil {
		return err
	}
	if mails != nil {
		defer func() { _ = mails.Close() }() // it is closed already when it was served
		s.log.Info("mail is taken in", "address", mails.Addr().String(), "domain", s.config.Outside.MailDomain)
	}
	n, err := newNode(ctx, s.config, s.log, db.url, nil)
	if err != nil {
		return err
	}
	defer n.close()
	doors, err := n.byHTTP()
	if err != nil {
		return err
	}
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	workers := s.work(working, n, db.own, front, mails)
	ended := make(chan error, 1)
	go func() { ended <- workers.Wait() }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()

	front.behind.Store(doors)
	if err := s.ready(ctx, n, front.url()); err != nil {
		return errors.Join(err, front.drain(context.WithoutCancel(ctx)))
	}
	select {
	case <-ctx.Done():
		s.log.Info("stopping")
	case failure := <-front.served:
		front.served <- failure
		return fmt.Errorf("serve: %w", failure)
	case failure := <-ended:
		ended <- nil
		return errors.Join(failure, front.drain(context.WithoutCancel(ctx)))
	}
	return front.drain(context.WithoutCancel(ctx))
}

// work runs what goes on by itself until ctx ends. One part that fails ends them all.
func (s service) work(ctx context.Context, n *node, own *ownpg.Server, front *front, mails net.Listener) *errgroup.Group {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.models.Start(ctx) })
	g.Go(func() error { return n.sagas.Run(ctx) })
	g.Go(func() error { return n.tidy(ctx) })
	n.doors.run(ctx, g, mails)
	if own != nil {
		g.Go(func() error { return watch(ctx, own, &front.down) })
	}
	return g
}
