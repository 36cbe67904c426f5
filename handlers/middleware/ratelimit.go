// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package middleware

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate limits the requests of one client: PerMinute in the long run, at most Burst at once. Zero fields take the default.
type Rate struct {
	PerMinute int
	Burst     int
}

// Limits holds the rates of a client: of an address, or of an account with all its sessions. A whole health authority may have one address
// because of NAT: the defaults are high enough for all its counters and waiting rooms, and still limit one machine.
type Limits struct {
	Form Rate // for opening tickets, by address, logged in or not; default 300 a minute, burst 300
	// Login is by address; default 120 a minute, burst 200, since a whole shift logs in at once. The lock of a user name (FAQ 2.1) stops
	// guesses.
	Login   Rate
	Session Rate // by account, for its pages, streams and scripts together; default 3000 a minute, burst 600
	Public  Rate // for other requests without a session, by address, and separately for invalid tokens; default 600 a minute, burst 600
}

func (l Limits) withDefaults() Limits {
	fill := func(r *Rate, perMinute, burst int) {
		if r.PerMinute <= 0 {
			r.PerMinute = perMinute
		}
		if r.Burst <= 0 {
			r.Burst = burst
		}
	}
	fill(&l.Form, 300, 300)
	fill(&l.Login, 120, 200)
	fill(&l.Session, 3000, 600)
	fill(&l.Public, 600, 600)
	return l
}

// Limiter applies one rate to each of many clients. It deletes clients that have been idle long enough to have their full burst again.
// It is safe for concurrent use.
type Limiter struct {
	rate    Rate
	mu      sync.Mutex
	clients map[string]*rate.Limiter
	swept   time.Time
}

// NewLimiter returns a limiter without clients.
func NewLimiter(r Rate) *Limiter { return &Limiter{rate: r, clients: map[string]*rate.Limiter{}} }

// Take counts a request of a client and sets the X-RateLimit headers in h. If the client is over its rate, the request is not allowed, and
// wait is the time after which the next one is.
func (l *Limiter) Take(client string, now time.Time, h http.Header) (wait time.Duration, allowed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.swept) > time.Minute {
		for id, c := range l.clients {
			if c.TokensAt(now) >= float64(l.rate.Burst) {
				delete(l.clients, id)
			}
		}
		l.swept = now
	}
	c, ok := l.clients[client]
	if !ok {
		c = rate.NewLimiter(rate.Limit(float64(l.rate.PerMinute)/60), l.rate.Burst)
		l.clients[client] = c
	}
	allowed = c.AllowN(now, 1)
	left := c.TokensAt(now)
	full := time.Duration((float64(l.rate.Burst) - left) / float64(c.Limit()) * float64(time.Second))
	h.Set("X-RateLimit-Limit", strconv.Itoa(l.rate.Burst))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, int(left))))
	h.Set("X-RateLimit-Reset", strconv.Itoa(int(math.Ceil(full.Seconds()))))
	if !allowed {
		wait = time.Duration((1 - left) / float64(c.Limit()) * float64(time.Second))
	}
	return wait, allowed
}

// PerMinute returns the number of requests that a client may make in a minute in the long run.
func (l *Limiter) PerMinute() int { return l.rate.PerMinute }

// Refund takes back a request that Take counted and that another limiter counts instead.
func (l *Limiter) Refund(client string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c, ok := l.clients[client]; ok {
		c.AllowN(now, -1) // the limiter caps the tokens at the burst
	}
}
