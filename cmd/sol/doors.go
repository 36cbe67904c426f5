// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"

	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/bus"
	"github.com/sol-assistenza/sol/handlers/mail"
	"github.com/sol-assistenza/sol/handlers/mailaddr"
	"github.com/sol-assistenza/sol/handlers/mailin"
	"github.com/sol-assistenza/sol/handlers/referto"
	"github.com/sol-assistenza/sol/sagas"
)

// adapters are those that the outbox leads to, and the one for mail that comes in.
type adapters struct {
	outbox    *bus.Router
	mail      *mail.Sender
	inbound   *mailin.Server
	connector *referto.Connector
}

// newAdapters wires them. Nothing of them runs yet.
func (n *node) newAdapters() (d adapters, err error) {
	o := n.config.External
	addresses := mailaddr.New(n.store.KeyedHash, o.MailDomain)
	var peer mail.Relay
	if o.SMTPURL != "" {
		if peer, err = mail.ParseRelay(o.SMTPURL); err != nil {
			return d, err
		}
	}
	d.mail, err = mail.New(mail.Config{
		Pool: n.store.WorkerPool(), App: n.dispatcher, Catalog: n.catalog, Now: n.store.Now, Relay: peer, Addresses: addresses,
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
		if systems, err = referto.ReadSystems(o.ConnectorsFile); err != nil {
			return d, err
		}
	}
	d.connector, err = referto.New(referto.Config{App: n.dispatcher, Systems: systems, Playbooks: n.playbooks, Log: n.log, Metrics: n.metrics})
	if err != nil {
		return d, err
	}
	encrypted, err := o.MailTLS()
	if err != nil {
		return d, err
	}
	d.inbound, err = mailin.New(mailin.Config{
		App: n.service, Addresses: addresses, Domain: o.MailDomain, RecordBounce: d.mail.RecordBounce, TLS: encrypted,
		Log: n.log, Metrics: n.metrics,
	})
	if err != nil {
		return d, err
	}
	d.outbox, err = bus.New(bus.Config{Pool: n.store.WorkerPool(), Log: n.log, Metrics: n.metrics, Handlers: []bus.Handler{
		{Name: "notify", Topic: sagas.TopicNotify, Workers: 4, PerSecond: 100, Handle: HandleJSON(n.deliverNotification)},
		{Name: "ask", Topic: sagas.TopicAskConnector, Workers: 4, Handle: HandleJSON(d.connector.HandleQuestion)},
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

// HandleJSON reads a message's payload for what handles it. One that cannot be read will not be later either.
func HandleJSON[P any](handle func(ctx context.Context, messageID string, on ticket.ID, payload P) error) func(context.Context, bus.Message) error {
	return func(ctx context.Context, m bus.Message) error {
		var payload P
		if err := json.Unmarshal(m.Payload, &payload); err != nil {
			return bus.Permanent(fmt.Errorf("message %s cannot be read: %w", m.ID, err))
		}
		return handle(ctx, m.ID, m.Ticket, payload)
	}
}

// run works in the group until ctx ends. listen is where mail comes in; nil: nowhere.
func (d adapters) run(ctx context.Context, g *errgroup.Group, listen net.Listener) {
	g.Go(func() error { return d.outbox.Run(ctx) })
	g.Go(func() error { return d.mail.Run(ctx) })
	if listen != nil {
		g.Go(func() error { return d.inbound.Run(ctx, listen) })
	}
}
