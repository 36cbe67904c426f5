// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package filescan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/codec"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/quarantine"
	"github.com/sol-assistenza/sol/handlers/securityevents"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// alarm tells of a file that stays closed after its scan: whoever works the ticket, whoever sent the file, and the receiver of security events.
type alarm struct {
	app   *app.Service
	store *eventstore.Store
}

// raise writes the security event and the notifications in the transaction that stores the verdict, so that each is told once.
func (a *alarm) raise(ctx context.Context, tx pgx.Tx, c quarantine.Closed) error {
	err := securityevents.Note(ctx, tx, securityevents.Event{
		Kind: securityevents.FileClosed, Ticket: c.Ticket.String(), File: c.File.String(), Detail: string(c.Verdict), Signature: c.Signature,
	})
	if err != nil {
		return err
	}
	id := ticket.ID(c.Ticket.String())
	history, err := a.app.History(ctx, id)
	if errors.Is(err, eventstore.ErrErased) || errors.Is(err, eventstore.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("tell of file %s: %w", c.File, err)
	}
	sent := slices.IndexFunc(history, func(r ticket.Recorded) bool {
		return slices.ContainsFunc(codec.AttachmentsOf(r.Event), func(f ticket.Attachment) bool { return string(f.ID) == c.File.String() })
	})
	if sent < 0 {
		return nil // an original mail: the ticket shows it, and each file out of it has its own scan
	}
	cause := history[sent]
	if a.store.Now().Sub(cause.At) > sagas.MaxMessageAge()[sagas.TopicNotify] {
		return nil // one of before the quarantine
	}
	state, _, err := a.app.State(ctx, id)
	if err != nil {
		return fmt.Errorf("tell of file %s: %w", c.File, err)
	}
	for _, n := range recipients(state, cause) {
		n.File, n.Act = ticket.ID(c.File.String()), cause.Act
		if err := a.send(ctx, tx, cause, n); err != nil {
			return fmt.Errorf("tell of file %s: %w", c.File, err)
		}
	}
	return nil
}

// recipients returns the notifications of a file: for its sender, and for whoever works the ticket unless it is closed.
func recipients(state ticket.State, cause ticket.Recorded) (all []sagas.Notification) {
	holder := sagas.Notification{Kind: sagas.KindFileClosed, To: sagas.ToOperators, Entity: state.Entity, Operator: state.Assignee.Operator}
	switch {
	case state.Assignee.Supervisors:
		holder.To = sagas.ToSupervisors
	case holder.Operator != "":
		holder.To = sagas.ToAccount
	}
	if state.Status != ticket.StatusClosed {
		all = append(all, holder)
	}
	switch by := cause.By; {
	case by.Role == person.Citizen, by.Role == person.Anonymous:
		all = append(all, sagas.Notification{Kind: sagas.KindFileRefused, To: sagas.ToCitizen})
	case by.Role.Operates() && by.ID != holder.Operator:
		all = append(all, sagas.Notification{Kind: sagas.KindFileClosed, To: sagas.ToAccount, Entity: by.Entity, Operator: by.ID})
	}
	return all
}

// sender is the name of the sender of the messages in the outbox, beside those of sagas. It is stored.
const sender = "file-scan"

// send puts a notification into the outbox, unless it was there before.
func (a *alarm) send(ctx context.Context, tx pgx.Tx, cause ticket.Recorded, n sagas.Notification) error {
	key := fmt.Sprintf("%s/%s/%s", n.File, n.To, n.Operator)
	id := uuid.NewSHA1(runtime.IDNamespace, fmt.Appendf(nil, "%s\n%s", sender, key))
	payload, err := json.Marshal(n)
	if err != nil {
		return err
	}
	metadata, err := json.Marshal(map[string]string{
		runtime.MetadataTopic: sagas.TopicNotify, runtime.MetadataSaga: sender, runtime.MetadataTicket: string(cause.Ticket),
		runtime.MetadataPosition: eventstore.Position{Epoch: a.store.EpochOf(cause.Position), N: cause.Position}.String(),
	})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		with fresh as (
			insert into saga.sent (id, topic, saga, ticket, cause, key, at) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id
		)
		insert into saga.outbox (uuid, payload, metadata) select id::text, $8::json, $9::json from fresh`,
		id, sagas.TopicNotify, sender, string(cause.Ticket), cause.Position, key, a.store.Now(), string(payload), string(metadata))
	return err
}

// scanned wakes the pages that show the ticket, and the router of the outbox.
func (a *alarm) scanned(stream uuid.UUID) {
	a.app.Files.Scanned(ticket.ID(stream.String()))
	a.store.Publish(runtime.TopicOutbox)
}
