// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package filescan connects a node with the virus scanner.
package filescan

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/quarantine"
)

// Scan is the part of a node that scans files.
type Scan struct {
	config  config.FileScan
	store   *eventstore.Store
	scanner *quarantine.Scanner // nil: the node has no clamd
	log     *slog.Logger
}

// New returns the scan of a node, of which /status tells.
func New(c config.FileScan, store *eventstore.Store, service *app.Service, log *slog.Logger, metrics prometheus.Registerer) (*Scan, error) {
	s := &Scan{config: c, store: store, log: log}
	if !c.Clamd.IsSet() {
		return s, nil
	}
	var err error
	a := &alarm{service, store}
	s.scanner, err = quarantine.New(quarantine.Config{
		Pool: store.Pools().Consumer, Keyring: store.Keyring(), Clamd: c.Clamd, Log: log, Metrics: metrics, OnClosed: a.raise, OnScanned: a.scanned,
	})
	if err == nil {
		service.Health.FileScan = s.scanner.Late
	}
	return s, err
}

// Run scans until ctx ends. Without a clamd it ends the quarantine if the configuration says so, and otherwise warns if there is one.
func (s *Scan) Run(ctx context.Context) error {
	if s.scanner != nil {
		return s.scanner.Run(ctx)
	}
	pool := s.store.Pools().Consumer
	exists, err := quarantine.Exists(ctx, pool)
	switch {
	case err != nil || !exists:
	case s.config.Off:
		if err = quarantine.End(ctx, pool); err == nil {
			s.log.Warn("the quarantine has ended: files are served without a scan", "setting", "SOL_CLAMD")
		}
	default:
		s.log.Warn("files wait until another node has scanned them: set SOL_CLAMD on this node too, or SOL_CLAMD=off to end the quarantine")
	}
	if err != nil && ctx.Err() == nil {
		s.log.Error("the quarantine of files could not be read", "error", err)
	}
	return nil
}
