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
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
	identities "github.com/sol-assistenza/sol/handlers/identity/oidc/simulator"
	"github.com/sol-assistenza/sol/handlers/outbox/connector"
	"github.com/sol-assistenza/sol/handlers/outbox/connector/simulator"
	"github.com/sol-assistenza/sol/handlers/outbox/mail"
)

// Backends are the demo backends: simulated connected systems, and a mail server that writes each mail to a directory. A backend starts
// only if none is configured.
type Backends struct {
	ConnectorsURL string // URL of the simulated systems; empty: others are configured
	MailDir       string // directory of the mails; empty: another mail server is configured
	group         errgroup.Group
	stop          context.CancelFunc
	mailServer    *mailServer
	identities    *identities.Provider // nil: the configuration has providers of their names
	IdentityURL   string               // URL of the simulated identity provider; empty: there is none
}

// StartBackends starts the backends and writes their addresses into the configuration. It also chooses a port for inbound mail if none
// is configured.
func StartBackends(c *config.Config, people []Person) (*Backends, error) {
	ctx, stop := context.WithCancel(context.Background())
	b := &Backends{stop: stop}
	if c.External.ConnectorsFile == "" {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			stop()
			return nil, fmt.Errorf("simulated systems: %w", err)
		}
		b.ConnectorsURL = "http://" + listener.Addr().String()
		c.External.Connectors = connector.Systems{"*": {URL: b.ConnectorsURL}}
		simulated := simulator.New(simulator.Config{Seed: 1, Errors: 0.03, InvalidAnswers: 0.02, Unknown: 0.05, Delay: 300 * time.Millisecond})
		b.group.Go(func() error { return ServeUntil(ctx, listener, simulated) })
	}
	if !slices.ContainsFunc(c.External.IdentityProviders, isSimulated) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err == nil {
			b.IdentityURL = "http://" + listener.Addr().String()
			var simulated []idp.Provider
			b.identities, simulated, err = newIdentityProvider(listener, people)
			c.External.IdentityProviders = append(c.External.IdentityProviders, simulated...)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("simulated identity provider: %w", err), b.Close())
		}
		b.group.Go(func() error { return ServeUntil(ctx, listener, b.identities) })
	}
	if c.External.Relay == (mail.Relay{}) {
		b.MailDir = filepath.Join(c.DataDir, "mail")
		if err := database.MakeDataDir(c.DataDir); err != nil {
			stop()
			return nil, err
		}
		var err error
		if b.mailServer, err = startMailServer(b.MailDir); err != nil {
			stop()
			return nil, errors.Join(err, b.group.Wait())
		}
		b.group.Go(b.mailServer.serve)
		if c.External.Relay, err = mail.ParseRelay("smtp://" + b.mailServer.listen.Addr().String()); err != nil {
			return nil, errors.Join(err, b.Close())
		}
	}
	if c.External.MailListen == "" {
		listener, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free now
		if err != nil {
			return nil, errors.Join(err, b.Close())
		}
		c.External.MailListen = listener.Addr().String()
		if err := listener.Close(); err != nil {
			return nil, errors.Join(err, b.Close())
		}
	}
	return b, nil
}

// Close stops the backends and waits for them.
func (b *Backends) Close() error {
	b.stop()
	var err error
	if b.mailServer != nil {
		err = b.mailServer.close()
	}
	return errors.Join(err, b.group.Wait())
}

// Describe returns the addresses of the backends as English text.
func (b *Backends) Describe(c config.Config) string {
	text := fmt.Sprintf("Replies by e-mail are received at %s, for the reply addresses in the mails.\n", c.External.MailListen)
	if b.MailDir != "" {
		text += fmt.Sprintf("Mails to citizens are written to %s.\n", b.MailDir)
	}
	if b.ConnectorsURL != "" {
		text += fmt.Sprintf("Connected systems are simulated at %s (sol simulate --help says how to set their data).\n", b.ConnectorsURL)
	}
	if b.IdentityURL != "" {
		text += fmt.Sprintf("The login page offers a simulated identity provider (%s), whose persons are fictitious.\n", b.IdentityURL)
	}
	return text
}

// ServeUntil serves HTTP until ctx ends, which is no error.
func ServeUntil(ctx context.Context, listener net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		err := server.Close()
		if serveErr := <-ended; !errors.Is(serveErr, http.ErrServerClosed) {
			err = errors.Join(err, serveErr)
		}
		return err
	}
}
