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

// doors are those that the outbox leads to, and the one for mail that comes in.
type doors struct {
	bus     *bus.Bus
	mail    *mail.Door
	mailin  *mailin.Server
	systems *referto.Door
}

// openDoors wires them. Nothing of them runs yet.
func (n *node) openDoors() (d doors, err error) {
	o := n.config.Outside
	addresses := mailaddr.New(n.store.KeyedHash, o.MailDomain)
	var peer mail.Peer
	if o.SMTP != "" {
		if peer, err = mail.ParsePeer(o.SMTP); err != nil {
			return d, err
		}
	}
	d.mail, err = mail.New(mail.Config{
		Pool: n.store.Worker(), Desk: n.desk, Catalog: n.catalog, Now: n.store.Now, Peer: peer, Addresses: addresses,
		Link: func(id ticket.ID, verified bool) string {
			if verified {
				return o.PublicURL + "/richieste"
			}
			return o.PublicURL + "/richieste/" + n.identity.PersonalLink(id)
		},
		Wants: n.identity.WantsMail, Log: n.log, Metrics: n.metrics,
	})
	if err != nil {
		return d, err
	}
	systems := o.Systems
	if systems == nil && o.Connectors != "" {
		if systems, err = referto.ReadSystems(o.Connectors); err != nil {
			return d, err
		}
	}
	d.systems, err = referto.New(referto.Config{Desk: n.desk, Systems: systems, Playbooks: n.playbooks, Log: n.log, Metrics: n.metrics})
	if err != nil {
		return d, err
	}
	encrypted, err := o.mailTLS()
	if err != nil {
		return d, err
	}
	d.mailin, err = mailin.New(mailin.Config{
		Cases: n.cases, Addresses: addresses, Domain: o.MailDomain, Bounced: d.mail.Bounced, TLS: encrypted,
		Log: n.log, Metrics: n.metrics,
	})
	if err != nil {
		return d, err
	}
	d.bus, err = bus.New(bus.Config{Pool: n.store.Worker(), Log: n.log, Metrics: n.metrics, Handlers: []bus.Handler{
		{Name: "notify", Topic: sagas.TopicNotify, Workers: 4, PerSecond: 100, Handle: carry(n.tell)},
		{Name: "ask", Topic: sagas.TopicAsk, Workers: 4, Handle: carry(d.systems.Answer)},
	}})
	return d, err
}

// tell gives a notification to those whom it is for: inside the application, and by mail to citizens.
func (n *node) tell(ctx context.Context, messageID string, on ticket.ID, s sagas.Notification) error {
	if err := n.notices.Deliver(ctx, messageID, on, s); err != nil {
		return err
	}
	if s.To != sagas.ToCitizen {
		return nil
	}
	return n.doors.mail.Deliver(ctx, messageID, on, s)
}

// carry reads a message's payload for what handles it. One that cannot be read will not be later either.
func carry[P any](handle func(ctx context.Context, messageID string, on ticket.ID, payload P) error) func(context.Context, bus.Message) error {
	return func(ctx context.Context, m bus.Message) error {
		var payload P
		if err := json.Unmarshal(m.Payload, &payload); err != nil {
			return bus.Permanent(fmt.Errorf("message %s cannot be read: %w", m.ID, err))
		}
		return handle(ctx, m.ID, m.Ticket, payload)
	}
}

// run works in the group until ctx ends. listen is where mail comes in; nil: nowhere.
func (d doors) run(ctx context.Context, g *errgroup.Group, listen net.Listener) {
	g.Go(func() error { return d.bus.Run(ctx) })
	g.Go(func() error { return d.mail.Run(ctx) })
	if listen != nil {
		g.Go(func() error { return d.mailin.Run(ctx, listen) })
	}
}
