// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package entrance is what all doors by HTTP share: who a client is, how often it may come, and for every request an id,
// a line in the log, and an answer even when a handler breaks.
package entrance

import (
	"log/slog"
	"net/netip"

	"github.com/prometheus/client_golang/prometheus"
)

// Config of the entrance; all of it has defaults.
type Config struct {
	Log     *slog.Logger          // nil: slog.Default
	Metrics prometheus.Registerer // nil: none are kept
	Limits  Limits
	// TrustedProxies are the networks whose X-Forwarded-For is believed; none by default.
	TrustedProxies []netip.Prefix
}

// Entrance stands before the doors. Limits count for all of them together.
type Entrance struct {
	Config
	Form, Login, Session, Public *Limiter
	Wrong                        *Limiter // of tokens that were tried out

	metrics *httpMetrics
}

// New opens the entrance.
func New(c Config) *Entrance {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.NewRegistry()
	}
	c.Limits = c.Limits.defaulted()
	return &Entrance{
		Config: c, metrics: newHTTPMetrics(c.Metrics),
		Form: NewLimiter(c.Limits.Form), Login: NewLimiter(c.Limits.Login), Session: NewLimiter(c.Limits.Session),
		Public: NewLimiter(c.Limits.Public), Wrong: NewLimiter(c.Limits.Public),
	}
}

// Following counts a stream as open until the answer is called.
func (e *Entrance) Following() (ended func()) {
	e.metrics.streams.Inc()
	return e.metrics.streams.Dec
}
