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

// Rate is how many requests a client may make. Zero fields take the default.
type Rate struct {
	PerMinute int
	Burst     int
}

// Limits are the rates of a client: an address, or the account of who is logged in, however many sessions it has. A
// whole health authority may be one address behind its NAT: the defaults let its desks and waiting rooms work side by
// side, and still bound what one machine can do.
type Limits struct {
	Form    Rate // opening tickets, by address, logged in or not; default 300 a minute, burst 300
	Login   Rate // by address; default 120 a minute, burst 200: a shift begins at once. The lock of a user name (FAQ 2.1) stops guessing
	Session Rate // by account; default 3000 a minute, burst 600: somebody's pages, streams and scripts together
	Public  Rate // everything else without a session, by address, and as much again for wrong tokens; default 600 a minute, burst 600
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

// Limiter holds one rate for many clients, and forgets those who have been quiet long enough to have all of it again.
type Limiter struct {
	rate    Rate
	mu      sync.Mutex
	clients map[string]*rate.Limiter
	swept   time.Time
}

// NewLimiter makes one that has seen nobody yet.
func NewLimiter(r Rate) *Limiter { return &Limiter{rate: r, clients: map[string]*rate.Limiter{}} }

// Take counts a request of a client and writes the X-RateLimit headers. A request that comes too early is refused: then
// wait is how long until the next may come.
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

// PerMinute is how many requests a minute a client may make in the long run.
func (l *Limiter) PerMinute() int { return l.rate.PerMinute }

// Refund takes a request back that was counted and turned out to be another limiter's to count.
func (l *Limiter) Refund(client string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c, ok := l.clients[client]; ok {
		c.AllowN(now, -1) // never more than the burst: the next look caps it
	}
}
