// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"net"

	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
	"github.com/sol-assistenza/sol/handlers/inbound"
	"github.com/sol-assistenza/sol/handlers/outbox"
	"github.com/sol-assistenza/sol/handlers/outbox/connector"
	"github.com/sol-assistenza/sol/handlers/outbox/mail"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// adapters are those that the outbox leads to, and the one for mail that comes in.
type adapters struct {
	outbox    *outbox.Router
	mail      *mail.Sender
	inbound   *inbound.Server
	connector *connector.Connector
}

// newAdapters wires them. Nothing of them runs yet.
func (n *node) newAdapters() (d adapters, err error) {
	o := n.config.External
	addresses := mailaddress.New(n.store.KeyedHash, o.MailDomain)
	var peer mail.Relay
	if o.SMTPURL != "" {
		if peer, err = mail.ParseRelay(o.SMTPURL); err != nil {
			return d, err
		}
	}
	d.mail, err = mail.New(mail.Config{
		Pool: n.store.WorkerPool(), App: n.service, Catalog: n.catalog, Now: n.store.Now, Relay: peer, Addresses: addresses,
		Link: func(id ticket.ID, verified bool) string {
			if verified {
				return o.PublicURL + "/richieste"
			}
			return o.PublicURL + "/richieste/" + n.identity.PersonalLink(id)
		},
		WantsMail: n.identity.WantsMail, Log: n.log, Metrics: n.metrics,
	})
	if err != nil {
		return d, err
	}
	systems := o.Connectors
	if systems == nil && o.ConnectorsFile != "" {
		if systems, err = connector.ReadSystems(o.ConnectorsFile); err != nil {
			return d, err
		}
	}
	d.connector, err = connector.New(connector.Config{App: n.service, Systems: systems, Playbooks: n.playbooks, Log: n.log, Metrics: n.metrics})
	if err != nil {
		return d, err
	}
	encrypted, err := o.MailTLS()
	if err != nil {
		return d, err
	}
	d.inbound, err = inbound.New(inbound.Config{
		App: n.service, Addresses: addresses, Domain: o.MailDomain, RecordBounce: d.mail.RecordBounce, TLS: encrypted,
		Log: n.log, Metrics: n.metrics,
	})
	if err != nil {
		return d, err
	}
	d.outbox, err = outbox.New(outbox.Config{Pool: n.store.WorkerPool(), Log: n.log, Metrics: n.metrics, Handlers: []outbox.Handler{
		{Name: "notify", Topic: runtime.TopicNotify, Workers: 4, PerSecond: 100, Handle: outbox.HandleJSON(n.deliverNotification)},
		{Name: "ask", Topic: runtime.TopicAskConnector, Workers: 4, Handle: outbox.HandleJSON(d.connector.HandleQuestion)},
	}})
	return d, err
}

// deliverNotification gives a notification to those whom it is for: inside the application, and by mail to citizens.
func (n *node) deliverNotification(ctx context.Context, messageID string, on ticket.ID, s sagas.Notification) error {
	if err := n.notifications.Deliver(ctx, messageID, on, s); err != nil {
		return err
	}
	if s.To != sagas.ToCitizen {
		return nil
	}
	return n.adapters.mail.Deliver(ctx, messageID, on, s)
}

// run works in the group until ctx ends. listen is where mail comes in; nil: nowhere.
func (d adapters) run(ctx context.Context, g *errgroup.Group, listen net.Listener) {
	g.Go(func() error { return d.outbox.Run(ctx) })
	g.Go(func() error { return d.mail.Run(ctx) })
	if listen != nil {
		g.Go(func() error { return d.inbound.Run(ctx, listen) })
	}
}
