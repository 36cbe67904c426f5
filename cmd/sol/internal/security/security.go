// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package security connects a node and the commands with the forwarder of security events.
package security

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/health"
	"github.com/sol-assistenza/sol/handlers/securityevents"
)

// NewForwarder returns the forwarder of a node, of which /status tells; nil if there is no receiver.
func NewForwarder(to securityevents.Receiver, store *eventstore.Store, status *health.Checker, log *slog.Logger, metrics prometheus.Registerer) (*securityevents.Forwarder, error) {
	if !to.IsSet() {
		return nil, nil
	}
	f, err := securityevents.New(securityevents.Config{
		Pool: store.Pools().Consumer, Receiver: to, Epoch: func() int { return store.EpochOf(math.MaxInt64) }, Log: log, Metrics: metrics,
	})
	if err == nil {
		status.SecurityEvents = f.Late
	}
	return f, err
}

// NoteStart stores the events of the start of a node at an address. f may be nil. A failure stops no service.
func NoteStart(ctx context.Context, f *securityevents.Forwarder, store *eventstore.Store, address, version string, settings map[string]string, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	host, err := os.Hostname()
	if f != nil {
		err = errors.Join(err, f.Begin(ctx))
	}
	err = errors.Join(err, securityevents.NoteStart(ctx, store.Pools().Consumer, host+" "+address, version, settings))
	if err != nil {
		log.Warn("the start was not recorded as a security event", "error", err)
	}
}
