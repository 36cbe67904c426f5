// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/playbooks"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
	"github.com/sol-assistenza/sol/handlers/inbound"
	"github.com/sol-assistenza/sol/handlers/outbox"
	"github.com/sol-assistenza/sol/handlers/outbox/connector"
	"github.com/sol-assistenza/sol/handlers/outbox/mail"
	"github.com/sol-assistenza/sol/handlers/outbox/notify"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// adapters are the outbox router, the adapters that it calls, and the server for inbound mail.
type adapters struct {
	outbox    *outbox.Router
	mail      *mail.Sender
	inbound   *inbound.Server
	connector *connector.Connector
}

// newAdapters wires the adapters. run starts them.
func (n *node) newAdapters() (a adapters, err error) {
	o := n.config.External
	addresses := mailaddress.New(n.store.KeyedHashes, o.MailDomain)
	a.mail, err = mail.New(mail.Config{
		Pool: n.store.Pools().Outbox, LeasePool: n.store.Pools().Lease, App: n.service, Catalog: n.catalog, Now: n.store.Now, Relay: o.Relay, PerMinute: o.MailPerMinute,
		Addresses: addresses,
		Link: func(id ticket.ID, issue ticket.LinkIssue, verified bool) string {
			if verified {
				return o.PublicURL + "/richieste"
			}
			return o.PublicURL + "/richieste/" + n.identity.PersonalLink(id, issue)
		},
		Statement: func(ctx context.Context, entity catalog.EntityCode) (string, error) {
			_, found, err := n.service.Statements.Find(ctx, entity, 0)
			if !found {
				return "", err
			}
			return o.PublicURL + "/informativa?ente=" + string(entity), err
		},
		WantsMail: n.identity.WantsMail, Log: n.log, Metrics: n.metrics,
	})
	if err != nil {
		return a, err
	}
	systems := o.Connectors
	if systems == nil && o.ConnectorsFile != "" {
		if systems, err = connector.ReadSystems(o.ConnectorsFile); err != nil {
			return a, err
		}
	}
	n.service.Health.Insecure = o.Insecure(systems)
	a.connector, err = connector.New(connector.Config{App: n.service, Systems: systems, Playbooks: n.playbooks, Log: n.log,
		Metrics: n.metrics})
	if err != nil {
		return a, err
	}
	tlsConfig, err := mailTLS(o)
	if err != nil {
		return a, err
	}
	a.inbound, err = inbound.New(inbound.Config{
		App: n.service, Addresses: addresses, Domain: o.MailDomain, RecordBounce: a.mail.RecordBounce, TicketOf: a.mail.TicketOf,
		SenderName: mail.SenderName, SentTexts: mail.Sentences(), TrustedServers: o.MailTrustedServers, CertifiedMailDomains: o.MailCertifiedDomains, TLS: tlsConfig, Log: n.log, Metrics: n.metrics, Limits: o.MailLimits,
	})
	if err != nil {
		return a, err
	}
	a.outbox, err = outbox.New(outbox.Config{
		Pool: n.store.Pools().Outbox, LeasePool: n.store.Pools().Lease, Log: n.log, Metrics: n.metrics,
		Wake: func() <-chan struct{} { return n.store.Subscribe(runtime.TopicOutbox) },
		Handlers: []outbox.Handler{
			{Name: "notify", Topic: sagas.TopicNotify, Workers: 4, PerSecond: 100,
				Handle: outbox.HandleJSON(notify.New(n.service.Notifications.Deliver, a.mail.Deliver))},
			{Name: "ask", Topic: sagas.TopicAskConnector, Workers: 4, Handle: outbox.HandleJSON(a.connector.HandleQuestion)},
		},
	})
	return a, err
}

// run starts the adapters in the group; they end with ctx. listener is the one for inbound mail; nil for none.
func (a adapters) run(ctx context.Context, g *errgroup.Group, listener net.Listener) {
	g.Go(func() error { return a.outbox.Run(ctx) })
	g.Go(func() error { return a.mail.Run(ctx) })
	if listener != nil {
		g.Go(func() error { return a.inbound.Run(ctx, listener) })
	}
}

// checkExternalFiles reads the playbooks and the connectors file of the configuration, and returns what is wrong with them.
func checkExternalFiles(o config.External) error {
	_, err := playbooks.Load(o.PlaybooksDir)
	if o.Connectors == nil && o.ConnectorsFile != "" {
		_, fileErr := connector.ReadSystems(o.ConnectorsFile)
		err = errors.Join(err, fileErr)
	}
	return err
}

// listenMail opens the listener for inbound mail; nil if none is configured.
func listenMail(o config.External) (net.Listener, error) {
	if o.MailListen == "" {
		return nil, nil
	}
	listener, err := net.Listen("tcp", o.MailListen)
	if err != nil {
		return nil, fmt.Errorf("SOL_MAIL_LISTEN: %w", err)
	}
	return listener, nil
}

// mailTLS returns the TLS configuration for inbound mail; nil if none is configured. It fails now if certificate and key do not
// fit together. Both files are read again for each connection, so a renewed certificate needs no restart.
func mailTLS(o config.External) (*tls.Config, error) {
	if o.MailTLSCert == "" {
		return nil, nil
	}
	read := func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(o.MailTLSCert, o.MailTLSKey)
		if err != nil {
			return nil, fmt.Errorf("SOL_MAIL_TLS_CERT, SOL_MAIL_TLS_KEY: %w", err)
		}
		return &pair, nil
	}
	if _, err := read(nil); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: read}, nil
}
