// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package entrance is what all doors by HTTP share: who a client is, how often it may come, and for every request an id,
// a line in the log, and an answer even when a handler breaks; and how many large bodies they take in at a time.
package entrance

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Config of the entrance; all of it has defaults.
type Config struct {
	Log     *slog.Logger          // nil: slog.Default
	Metrics prometheus.Registerer // nil: none are kept
	Limits  Limits
	// TrustedProxies are the networks whose X-Forwarded-For is believed; none by default.
	TrustedProxies []netip.Prefix
	// Uploads is how many bodies over SmallBody are taken in at a time, about 20 MB of memory each; others wait up to
	// UploadWait. 0: 32, and 30 s.
	Uploads    int
	UploadWait time.Duration
}

// Entrance stands before the doors. Limits count for all of them together, and so do Uploads.
type Entrance struct {
	Config
	Form, Login, Session, Public *Limiter
	Wrong                        *Limiter // of tokens that were tried out

	metrics *httpMetrics
	uploads chan struct{} // a place for each large body that is being taken in
}

// New opens the entrance.
func New(c Config) *Entrance {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.NewRegistry()
	}
	if c.Uploads <= 0 {
		c.Uploads = 32
	}
	if c.UploadWait <= 0 {
		c.UploadWait = 30 * time.Second
	}
	c.Limits = c.Limits.defaulted()
	return &Entrance{
		Config: c, metrics: newHTTPMetrics(c.Metrics), uploads: make(chan struct{}, c.Uploads),
		Form: NewLimiter(c.Limits.Form), Login: NewLimiter(c.Limits.Login), Session: NewLimiter(c.Limits.Session),
		Public: NewLimiter(c.Limits.Public), Wrong: NewLimiter(c.Limits.Public),
	}
}

// Following counts a stream as open until the answer is called.
func (e *Entrance) Following() (ended func()) {
	e.metrics.streams.Inc()
	return e.metrics.streams.Dec
}
