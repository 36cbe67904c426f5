// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package app is what people do with tickets and read of them, whichever door they came by: programs, pages and mail
// share it, so that none of them can do more, or see more, than another.
package app

import (
	"context"
	"errors"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/app/draft"
	"github.com/sol-assistenza/sol/handlers/app/presence"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections/dashboard"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Config holds the dependencies of the application service. Store, Rules.Catalog and Identity are required.
type Config struct {
	Store    *eventstore.Store
	Rules    rules.Engine // with the catalogue, the hold of public notes and the playbooks
	Identity *identity.Identity
}

// Service is the application service: the commands and queries that the API, the pages, inbound mail and the command line share.
// It is safe for concurrent use. New builds it.
type Service struct {
	*Dispatcher
	Store     *eventstore.Store
	Identity  *identity.Identity
	Lists     *lists.Reader
	Dashboard *dashboard.Reader
	Drafts    *draft.Store
	Presence  *presence.Tracker
	Catalog   *catalog.Catalog
	Playbooks *playbook.Library // the checks that problems prescribe; nil: no problem prescribes any
}

// New builds the application service with its readers of lists and figures, its drafts and its presence.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Rules.Catalog == nil || c.Identity == nil {
		return nil, errors.New("app: Store, Rules.Catalog and Identity are required")
	}
	return &Service{
		Dispatcher: NewDispatcher(c.Store, c.Rules), Store: c.Store, Identity: c.Identity,
		Lists:     lists.NewReader(c.Store, c.Rules.Catalog, c.Identity.Names),
		Dashboard: dashboard.NewReader(c.Store, c.Rules.Catalog, c.Identity.Names),
		Drafts:    draft.New(c.Store),
		Presence:  presence.New(c.Store, c.Identity.Names),
		Catalog:   c.Rules.Catalog, Playbooks: c.Rules.Playbooks,
	}, nil
}

// Caller is who acts or looks: somebody in a role at an entity, the holder of a personal link, or nobody in particular.
type Caller struct {
	Actor person.Actor // role empty until a placement is chosen; Anonymous for nobody in particular
	Link  ticket.ID    // the one ticket that a personal link opens
	From  string       // address, or what else tells those without an account apart
}

// LinkHolder is who got the personal link of a ticket, or a mail about it: the citizen of that one ticket.
func LinkHolder(id ticket.ID, from string) Caller {
	return Caller{Actor: person.Actor{ID: string(id), Role: person.Citizen}, Link: id, From: from}
}

// Viewer is the caller as who reads.
func (c Caller) Viewer() ticketview.Viewer {
	return ticketview.Viewer{Actor: c.Actor, Ticket: c.Link}
}

// Idempotency makes a command repeatable: the same key with the same body gives the first outcome again.
type Idempotency struct {
	Key  string // with the actor; empty: not repeatable
	Body []byte // what was sent, to tell a repetition from another use of the key; nil: nothing to compare
}

func invalidField(field string, reason refusal.Reason, allowed string) error {
	return &ticket.InvalidError{Fields: []ticket.FieldError{{Field: field, Reason: reason, Allowed: allowed}}}
}

// storeFiles stores the files that come with a command for a ticket, once there is nothing to say against it: what is
// refused leaves nothing behind.
func (c *Service) storeFiles(ctx context.Context, r CommandRequest, files []attachment.FileUpload) ([]ticket.Attachment, error) {
	if len(files) == 0 {
		return nil, nil
	}
	if err := c.Validate(ctx, r); err != nil {
		return nil, err
	}
	kept, _, err := attachment.Store(ctx, c.Store, r.Ticket, files)
	return kept, err
}
