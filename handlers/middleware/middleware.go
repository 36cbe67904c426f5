// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package middleware holds what API and pages share: client address, rate limits, request id, request log, metrics, panic recovery, the
// limit on large uploads at a time, and CSV responses.
package middleware

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Config configures a Stack. All fields have defaults.
type Config struct {
	Log     *slog.Logger          // nil: slog.Default
	Metrics prometheus.Registerer // nil: metrics are not exported
	Limits  Limits
	// TrustedProxies are the networks of the proxies whose X-Forwarded-For header is used; none by default.
	TrustedProxies []netip.Prefix
	// WorkstationHeader is the header in which a trusted proxy tells the client's workstation; "": none does.
	WorkstationHeader string
	// MaxUploads is the number of request bodies larger than SmallBody that are read at a time, each with about 20 MB of memory; 0: 32.
	// Other such requests wait for at most UploadWait; 0: 30 s.
	MaxUploads int
	UploadWait time.Duration
}

// Stack holds the limits and metrics that API and pages share: requests to both count together. It is safe for concurrent use.
type Stack struct {
	Config
	Form, Login, Session, Public *Limiter
	InvalidToken                 *Limiter // for requests with an invalid token, by address

	metrics     *httpMetrics
	uploadSlots chan struct{} // holds one value for each large body that is being read
}

// New returns a stack with the defaults filled in, and registers its metrics.
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

// TrackStream increments the gauge of open streams and returns a function that decrements it.
func (e *Stack) TrackStream() (ended func()) {
	e.metrics.streams.Inc()
	return e.metrics.streams.Dec
}
