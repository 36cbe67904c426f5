// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package middleware is what all doors by HTTP share: who a client is, how often it may come, and for every request an id,
// a line in the log, and an answer even when a handler breaks; and how many large bodies they take in at a time.
package middleware

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
	// MaxUploads is how many bodies over SmallBody are taken in at a time, about 20 MB of memory each; others wait up to
	// UploadWait. 0: 32, and 30 s.
	MaxUploads int
	UploadWait time.Duration
}

// Stack stands before the doors. Limits count for all of them together, and so do Uploads.
type Stack struct {
	Config
	Form, Login, Session, Public *Limiter
	InvalidToken                 *Limiter // of tokens that were tried out

	metrics     *httpMetrics
	uploadSlots chan struct{} // a place for each large body that is being taken in
}

// New opens the entrance.
func New(c Config) *Stack {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.NewRegistry()
	}
	if c.MaxUploads <= 0 {
		c.MaxUploads = 32
	}
	if c.UploadWait <= 0 {
		c.UploadWait = 30 * time.Second
	}
	c.Limits = c.Limits.withDefaults()
	return &Stack{
		Config: c, metrics: newHTTPMetrics(c.Metrics), uploadSlots: make(chan struct{}, c.MaxUploads),
		Form: NewLimiter(c.Limits.Form), Login: NewLimiter(c.Limits.Login), Session: NewLimiter(c.Limits.Session),
		Public: NewLimiter(c.Limits.Public), InvalidToken: NewLimiter(c.Limits.Public),
	}
}

// TrackStream counts a stream as open until the answer is called.
func (e *Stack) TrackStream() (ended func()) {
	e.metrics.streams.Inc()
	return e.metrics.streams.Dec
}
