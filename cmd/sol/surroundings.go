// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/handlers/referto"
	"github.com/sol-assistenza/sol/handlers/referto/simulator"
)

// surroundings are what the demo plays where nothing of its own was configured: connected systems, and a mail server that
// keeps every mail in a directory.
type surroundings struct {
	systems string // where they answer; empty: real ones are configured
	mails   string // the directory; empty: a real server is configured
	group   errgroup.Group
	stop    context.CancelFunc
	mailbox *mailbox
}

// openSurroundings starts them and points the configuration to them.
func openSurroundings(c *config) (*surroundings, error) {
	ctx, stop := context.WithCancel(context.Background())
	s := &surroundings{stop: stop}
	if c.Outside.Connectors == "" {
		on, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			stop()
			return nil, fmt.Errorf("simulated systems: %w", err)
		}
		s.systems = "http://" + on.Addr().String()
		c.Outside.Systems = referto.Systems{"*": {URL: s.systems}}
		simulated := simulator.New(simulator.Config{Seed: 1, Errors: 0.03, Nonsense: 0.02, Unknown: 0.05, Delay: 300 * time.Millisecond})
		s.group.Go(func() error { return serveUntil(ctx, on, simulated) })
	}
	if c.Outside.SMTP == "" {
		s.mails = filepath.Join(c.DataDir, "mail")
		if err := makeDataDir(c.DataDir); err != nil {
			stop()
			return nil, err
		}
		var err error
		if s.mailbox, err = openMailbox(s.mails); err != nil {
			stop()
			return nil, errors.Join(err, s.group.Wait())
		}
		c.Outside.SMTP = s.mailbox.url()
		s.group.Go(s.mailbox.serve)
	}
	if c.Outside.MailListen == "" {
		on, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free now
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		c.Outside.MailListen = on.Addr().String()
		if err := on.Close(); err != nil {
			return nil, errors.Join(err, s.close())
		}
	}
	return s, nil
}

func (s *surroundings) close() error {
	s.stop()
	var err error
	if s.mailbox != nil {
		err = s.mailbox.close()
	}
	return errors.Join(err, s.group.Wait())
}

// greeting says where they are.
func (s *surroundings) greeting(c config) string {
	said := fmt.Sprintf("Replies by e-mail are taken in at %s, for the addresses that the mails give.\n", c.Outside.MailListen)
	if s.mails != "" {
		said += fmt.Sprintf("Mails to citizens go nowhere but into %s.\n", s.mails)
	}
	if s.systems != "" {
		said += fmt.Sprintf("Connected systems are simulated at %s (sol simulate --help tells how to set what they know).\n", s.systems)
	}
	return said
}
