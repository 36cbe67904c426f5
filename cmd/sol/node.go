// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
	"github.com/sol-assistenza/sol/cmd/sol/internal/filescan"
	"github.com/sol-assistenza/sol/cmd/sol/internal/playbooks"
	"github.com/sol-assistenza/sol/cmd/sol/internal/providers"
	"github.com/sol-assistenza/sol/cmd/sol/internal/security"
	"github.com/sol-assistenza/sol/cmd/sol/internal/server"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/handlers/app/unusual"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/oidc"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/outbox"
	"github.com/sol-assistenza/sol/handlers/securityevents"
	"github.com/sol-assistenza/sol/handlers/web"
	"github.com/sol-assistenza/sol/projections"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// node holds all components of a server on one database. newNode starts only what the store runs.
type node struct {
	config    config.Config
	log       *slog.Logger
	catalog   *catalog.Catalog
	playbooks *playbook.Library
	metrics   *prometheus.Registry

	store       *eventstore.Store
	identity    *identity.Identity
	projections *readmodel.Runner
	sagas       *runtime.Runner
	service     *app.Service
	middleware  *middleware.Stack
	adapters    adapters
	security    *securityevents.Forwarder // nil: no receiver
	files       *filescan.Scan
}

// newNode wires a node. clock is the simulated clock of the demo's seeding; nil means the database's clock.
func newNode(ctx context.Context, c config.Config, log *slog.Logger, db database.Database, clock func() time.Time,
	options ...func(*eventstore.Config)) (_ *node, err error) {
	keys, err := c.MasterKey.Read()
	if err != nil {
		return nil, err
	}
	n := &node{config: c, log: log, catalog: c.Catalog(), metrics: prometheus.NewRegistry()}
	if n.playbooks, err = playbooks.Load(c.External.PlaybooksDir); err != nil {
		return nil, err
	}
	n.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	storeConfig := eventstore.Config{URL: db.URL, Logins: db.Logins, RequestURL: db.RequestURL, MasterKey: keys[0], EarlierMasterKeys: keys[1:], Clock: clock, Durability: c.Durability, Log: log, Metrics: n.metrics,
		ReadMasterKeys: c.MasterKey.Read}
	for _, option := range options {
		option(&storeConfig)
	}
	n.store, err = eventstore.Open(ctx, storeConfig)
	if err != nil {
		return nil, fmt.Errorf("%w (the master key is that of %s)", err, c.MasterKey)
	}
	defer func() {
		if err != nil {
			n.store.Close()
		}
	}()
	accountClock := n.store.Now
	if clock != nil {
		accountClock = time.Now // the simulated log begins in the past; its accounts are made now
	}
	n.identity, err = identity.New(identity.Config{Pools: n.store.Pools(), KeyedHashes: n.store.KeyedHashes, Persons: persons.New(n.store), Clock: accountClock, Topics: n.store, Providers: c.External.IdentityProviders,
		IdleTimeout: c.Sessions.Idle, Lifetime: c.Sessions.Lifetime, RequireFactor: c.Sessions.RequireFactor, KeyVerification: c.Sessions.KeyVerification, CitizenPasswords: c.Sessions.CitizenPasswords})
	if err != nil {
		return nil, err
	}
	service := app.Config{
		Store: n.store, Rules: rules.Engine{Catalog: n.catalog, Hold: c.Hold, Playbooks: n.playbooks}, Identity: n.identity, Periods: c.Periods,
		Metrics: n.metrics, LinkDays: c.External.LinkDays, Forms: c.Forms,
	}
	if c.UsesOwnPostgres() {
		service.FreeSpace = func() (int64, error) { return database.FreeSpace(c.PostgresDir()) }
	}
	n.service, err = app.New(service)
	if err != nil {
		return nil, err
	}
	n.projections = projections.NewRunner(n.store)
	n.sagas, err = runtime.New(runtime.Config{
		Store: n.store, Dispatch: n.dispatch, Log: log, Metrics: n.metrics,
		Sagas: sagas.All(n.catalog, n.playbooks), MaxMessageAge: sagas.MaxMessageAge(),
	})
	if err != nil {
		return nil, err
	}
	n.middleware = middleware.New(middleware.Config{Log: log, Metrics: n.metrics, Limits: c.Limits, TrustedProxies: c.TrustedProxies, WorkstationHeader: c.AccessLog.WorkstationHeader})
	if n.adapters, err = n.newAdapters(); err != nil {
		return nil, err
	}
	if n.files, err = filescan.New(c.FileScan, n.store, n.service, log, n.metrics); err != nil {
		return nil, err
	}
	n.security, err = security.NewForwarder(c.SecurityEvents, n.store, n.service.Health, log, n.metrics)
	return n, err
}

// withPools returns an option of newNode that changes the pools of the node.
func withPools(adjust ...func(*pgpool.Spec)) func(*eventstore.Config) {
	return func(c *eventstore.Config) { c.Pools = append(c.Pools, adjust...) }
}

// dispatch is the DispatchFunc of the sagas. It uses the same dispatcher as people's commands.
func (n *node) dispatch(ctx context.Context, target ticket.ID, c ticket.Command, by person.Actor, key eventstore.CommandID,
	cause int64) error {
	_, err := n.service.Dispatch(ctx, app.CommandRequest{Ticket: target, Command: c, By: by, Key: key.Key, Permanent: key.Permanent,
		Cause: cause})
	return err
}

// close closes the store.
func (n *node) close() { n.store.Close() }

// newRouter returns the router with the API and the pages, and the identity providers that requests reach. It reads their files.
func (n *node) newRouter() (*server.Router, *providers.Set, error) {
	apiHandler, err := api.New(api.Config{
		App:       n.service,
		PublicURL: n.config.External.PublicURL, Log: n.log, Metrics: n.metrics, Middleware: n.middleware,
	})
	if err != nil {
		return nil, nil, err
	}
	set, err := providers.New(n.identity.Providers, n.identity, n.middleware, n.config.External.PublicURL, n.log)
	if err != nil {
		return nil, nil, err
	}
	set.Observe(n.service.Health, n.metrics)
	clients, err := oidc.NewAll(n.identity.Providers, n.config.External.PublicURL, n.store.Now)
	if err != nil {
		return nil, nil, err
	}
	webHandler, err := web.New(web.Config{
		App: n.service, Middleware: n.middleware, PublicURL: n.config.External.PublicURL,
		Documents: n.config.External.Documents, Log: n.log, Portal: set.Portal, Certificates: set.Certificates, OIDC: clients,
	})
	if err != nil {
		return nil, nil, err
	}
	return &server.Router{API: apiHandler, Web: webHandler, Portal: set.Portal}, set, nil
}

// cleanupInterval is the interval between two cleanups.
const cleanupInterval = time.Hour

// runCleanup deletes expired access records, staged secrets and sessions, orphaned blobs, command ids, ticks, delivered messages and old
// notifications, and writes reader tags that nodes of the release before left out, once an hour until ctx ends.
func (n *node) runCleanup(ctx context.Context) error {
	worker := n.store.Pools().Consumer
	return app.RunCleanup(ctx, n.log, cleanupInterval,
		app.CleanupTask{Name: "access_records", Run: func(ctx context.Context) (int64, error) { return accesslog.Cleanup(ctx, worker) }},
		app.CleanupTask{Name: "unusual_reading", Run: unusual.Finder{Pools: n.store.Pools(), Agreements: n.service.Agreements.State}.Find},
		app.CleanupTask{Name: "staged_secrets", Run: n.identity.DeleteStagedSecrets},
		app.CleanupTask{Name: "sessions", Run: n.identity.DeleteExpiredSessions},
		app.CleanupTask{Name: "orphaned_blobs", Run: func(ctx context.Context) (int64, error) {
			return n.store.CollectOrphans(ctx, eventstore.OrphanAge)
		}},
		app.CleanupTask{Name: "command_ids", Run: n.store.ForgetCommands},
		app.CleanupTask{Name: "ticks", Run: n.store.ForgetTicks},
		app.CleanupTask{Name: "delivered_messages", Run: func(ctx context.Context) (int64, error) {
			return outbox.DeleteDelivered(ctx, worker, outbox.Retention)
		}},
		app.CleanupTask{Name: "reader_tags", Run: n.service.RefreshReaders},
		app.CleanupTask{Name: "notifications", Run: func(ctx context.Context) (int64, error) {
			return n.service.Notifications.DeleteOlderThan(ctx, notification.Retention)
		}},
	)
}
