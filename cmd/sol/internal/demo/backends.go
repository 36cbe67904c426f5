// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
	"github.com/sol-assistenza/sol/handlers/outbox/connector"
	"github.com/sol-assistenza/sol/handlers/outbox/connector/simulator"
)

// Backends are what the demo plays where nothing of its own was configured: connected systems, and a mail server that
// keeps every mail in a directory.
type Backends struct {
	ConnectorsURL string // where they answer; empty: real ones are configured
	MailDir       string // the directory; empty: a real server is configured
	group         errgroup.Group
	stop          context.CancelFunc
	mailServer    *mailServer
}

// StartBackends starts them and points the configuration to them.
func StartBackends(c *config.Config) (*Backends, error) {
	ctx, stop := context.WithCancel(context.Background())
	s := &Backends{stop: stop}
	if c.External.ConnectorsFile == "" {
		on, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			stop()
			return nil, fmt.Errorf("simulated systems: %w", err)
		}
		s.ConnectorsURL = "http://" + on.Addr().String()
		c.External.Connectors = connector.Systems{"*": {URL: s.ConnectorsURL}}
		simulated := simulator.New(simulator.Config{Seed: 1, Errors: 0.03, InvalidAnswers: 0.02, Unknown: 0.05, Delay: 300 * time.Millisecond})
		s.group.Go(func() error { return ServeUntil(ctx, on, simulated) })
	}
	if c.External.SMTPURL == "" {
		s.MailDir = filepath.Join(c.DataDir, "mail")
		if err := database.MakeDataDir(c.DataDir); err != nil {
			stop()
			return nil, err
		}
		var err error
		if s.mailServer, err = startMailServer(s.MailDir); err != nil {
			stop()
			return nil, errors.Join(err, s.group.Wait())
		}
		c.External.SMTPURL = s.mailServer.url()
		s.group.Go(s.mailServer.serve)
	}
	if c.External.MailListen == "" {
		on, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free now
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		c.External.MailListen = on.Addr().String()
		if err := on.Close(); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

func (s *Backends) Close() error {
	s.stop()
	var err error
	if s.mailServer != nil {
		err = s.mailServer.close()
	}
	return errors.Join(err, s.group.Wait())
}

// Describe says where they are.
func (s *Backends) Describe(c config.Config) string {
	text := fmt.Sprintf("Replies by e-mail are received at %s, for the reply addresses in the mails.\n", c.External.MailListen)
	if s.MailDir != "" {
		text += fmt.Sprintf("Mails to citizens are written to %s.\n", s.MailDir)
	}
	if s.ConnectorsURL != "" {
		text += fmt.Sprintf("Connected systems are simulated at %s (sol simulate --help says how to set their data).\n", s.ConnectorsURL)
	}
	return text
}

// ServeUntil serves until ctx ends, which is no error.
func ServeUntil(ctx context.Context, on net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(on) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		err := server.Close()
		if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	}
}
