// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

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

// Limits are the rates a client: by address for who is not logged in, by session for who is.
type Limits struct {
	Form    Rate // the public form; default 120 a minute, burst 120
	Login   Rate // default 30 a minute, burst 100: an office may have one address
	Session Rate // default 1200 a minute, burst 300
	Public  Rate // everything else without a session, wrong tokens included; default 300 a minute, burst 300
}

func (l Limits) defaulted() Limits {
	fill := func(r *Rate, perMinute, burst int) {
		if r.PerMinute <= 0 {
			r.PerMinute = perMinute
		}
		if r.Burst <= 0 {
			r.Burst = burst
		}
	}
	fill(&l.Form, 120, 120)
	fill(&l.Login, 30, 100)
	fill(&l.Session, 1200, 300)
	fill(&l.Public, 300, 300)
	return l
}

// limiter holds one rate for many clients, and forgets those who have been quiet long enough to have all of it again.
type limiter struct {
	rate    Rate
	mu      sync.Mutex
	clients map[string]*rate.Limiter
	swept   time.Time
}

func newLimiter(r Rate) *limiter { return &limiter{rate: r, clients: map[string]*rate.Limiter{}} }

// take counts a request of a client. It writes the X-RateLimit headers and refuses with a *Problem.
func (l *limiter) take(client string, now time.Time, h http.Header) *Problem {
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
	allowed := c.AllowN(now, 1)
	left := c.TokensAt(now)
	full := time.Duration((float64(l.rate.Burst) - left) / float64(c.Limit()) * float64(time.Second))
	h.Set("X-RateLimit-Limit", strconv.Itoa(l.rate.Burst))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, int(left))))
	h.Set("X-RateLimit-Reset", strconv.Itoa(int(math.Ceil(full.Seconds()))))
	if allowed {
		return nil
	}
	wait := time.Duration((1 - left) / float64(c.Limit()) * float64(time.Second))
	return limited.say("Wait as long as Retry-After says; %d requests a minute are allowed here.", l.rate.PerMinute).retryAfter(wait)
}
