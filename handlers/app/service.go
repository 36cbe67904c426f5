// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package app is the application service: the commands on tickets and the queries of them. It records accesses. The rules of the domain
// check whether the actor may change or see a ticket; API and pages check before whether the policy allows the action to the role. API,
// pages, inbound mail and command line all use this package, so these checks and records are the same for all of them.
package app

import (
	"cmp"
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/app/agreements"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/app/caller"
	"github.com/sol-assistenza/sol/handlers/app/draft"
	"github.com/sol-assistenza/sol/handlers/app/files"
	"github.com/sol-assistenza/sol/handlers/app/formlimit"
	"github.com/sol-assistenza/sol/handlers/app/health"
	"github.com/sol-assistenza/sol/handlers/app/live"
	"github.com/sol-assistenza/sol/handlers/app/looks"
	"github.com/sol-assistenza/sol/handlers/app/messages"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/handlers/app/presence"
	"github.com/sol-assistenza/sol/handlers/app/privacystatements"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections/dashboard"
	"github.com/sol-assistenza/sol/projections/lists"
)

// Config holds the dependencies of the application service. Store, Rules.Catalog and Identity are required.
type Config struct {
	Store    *eventstore.Store
	Rules    rules.Engine // with catalog, hold of public notes and playbooks
	Identity *identity.Identity
	Periods  account.Periods // within which administrators answer requests and review emergency accesses
	// FreeSpace returns the free space on the disk of the own Postgres, in bytes. nil: the database has a disk of its own.
	FreeSpace func() (int64, error)
	LinkDays  int                   // number of days for which personal links and reply addresses are valid; 0: ticket.DefaultLinkDays
	Metrics   prometheus.Registerer // nil: none
	Forms     formlimit.Config      // bounds of requests without a login
	Unknown   int                   // looks.Config.UnknownPerMinute
}

// Service is the application service: the commands and queries that the API, the pages, inbound mail and the command line share.
// It is safe for concurrent use. New builds it.
type Service struct {
	*TicketDispatcher
	Store         *eventstore.Store
	Identity      *identity.Identity
	Accounts      *accounts.Service
	Agreements    *agreements.Service
	Statements    *privacystatements.Service // privacy statements of the entities
	Lists         *lists.Reader
	Dashboard     *dashboard.Reader
	Drafts        *draft.Store
	Forms         *formlimit.Limiter // of requests without a login
	Presence      *presence.Tracker
	Notifications *notification.Store
	Messages      *messages.Store // what leaves the service
	Live          *live.Hub       // of all streams of live updates of this node
	Health        *health.Checker
	LinkDays      int // number of days for which personal links and reply addresses are valid
	Catalog       *catalog.Catalog
	Playbooks     *playbook.Library // the checks that problems prescribe; nil: none
	Looks         *looks.Recorder   // of this node
	Files         *files.Reader     // of attachments
}

// New builds the application service with its readers of lists and figures, its drafts, presence, notifications and messages.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Rules.Catalog == nil || c.Identity == nil {
		return nil, errors.New("app: Store, Rules.Catalog and Identity are required")
	}
	dispatcher := NewTicketDispatcher(c.Store, c.Rules)
	agreed := agreements.New(c.Store, c.Rules.Catalog)
	reader := lists.NewReader(c.Store, c.Rules.Catalog, c.Identity.Names)
	s := &Service{
		TicketDispatcher: dispatcher, Store: c.Store, Identity: c.Identity,
		Accounts:      accounts.New(c.Store, c.Identity, c.Periods),
		Agreements:    agreed,
		Statements:    privacystatements.New(c.Store, c.Rules.Catalog),
		Lists:         reader,
		Health:        &health.Checker{Log: c.Store, Refused: &c.Store.Refused, Lists: reader, FreeSpace: c.FreeSpace},
		Dashboard:     dashboard.NewReader(c.Store, c.Rules.Catalog, c.Identity.Names, agreed.FiguresPerPerson),
		Drafts:        draft.New(c.Store),
		Files:         &files.Reader{Store: c.Store},
		Forms:         formlimit.New(c.Store, c.Forms),
		Presence:      presence.New(c.Store),
		Notifications: notification.New(c.Store, dispatcher),
		Messages:      messages.New(c.Store.Pools().Outbox),
		LinkDays:      cmp.Or(c.LinkDays, ticket.DefaultLinkDays),
		Catalog:       c.Rules.Catalog, Playbooks: c.Rules.Playbooks,
	}
	s.Looks = looks.New(looks.Config{
		Log: s.AccessLog, Store: s.Store, Lists: s.Lists, Dashboard: s.Dashboard, Notifications: s.Notifications, Persons: s, EntityOf: s.entityOf,
		UnknownPerMinute: c.Unknown,
	})
	s.Live = live.New(live.Config{Store: s.Store, Lists: s.Lists, Identity: s.Identity, Presence: s.Presence, Notifications: s.Notifications, Metrics: c.Metrics})
	return s, nil
}

// Caller identifies the person or program that uses the service.
type Caller = caller.Caller

// LinkHolder returns the caller for the holder of a ticket's personal link or reply address: the citizen of that one ticket.
func LinkHolder(id ticket.ID, from string) Caller { return caller.LinkHolder(id, from) }

// Idempotency makes a command repeatable: the same key with the same body gets the first result.
type Idempotency struct {
	Key  string // unique per actor; empty: not repeatable
	Body []byte // request body, to distinguish a repetition from another use of the key; nil: no comparison
}

// storeFiles stores the files of a command if the rules would accept the command now, so that a refused command leaves no files in the
// store.
func (s *Service) storeFiles(ctx context.Context, r CommandRequest, files []attachment.FileUpload) ([]ticket.Attachment, error) {
	if len(files) == 0 {
		return nil, nil
	}
	if err := s.Validate(ctx, r); err != nil {
		return nil, err
	}
	stored, _, err := attachment.Store(ctx, s.Store, r.Ticket, files)
	return stored, err
}
