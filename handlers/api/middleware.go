// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"
	"time"

	"github.com/sol-assistenza/sol/handlers/entrance"
)

// door is how the API speaks where no handler of its own does.
func (a *API) door(mux *http.ServeMux) entrance.Door {
	return entrance.Door{
		Mux: mux, Secure: secure, Streams: []string{streamRoute, exportRoute}, Limit: a.BodyTimeout + a.Timeout,
		Broke: func(w http.ResponseWriter, r *http.Request, err error) { a.refuse(r.Context(), err).write(w) },
		Nowhere: func(w http.ResponseWriter, _ *http.Request, allow string) {
			if allow != "" {
				wrongMethod.say("Use one of %s.", allow).with("Allow", allow).write(w)
				return
			}
			notFound.say("There is no such address; /openapi.json lists those that are.").write(w)
		},
	}
}

// secure sets the headers that every answer has. Nothing here is for caches: it is personal, or changes.
func secure(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
}

// take counts a request of a client, or refuses it.
func take(l *entrance.Limiter, client string, now time.Time, h http.Header) *Problem {
	wait, allowed := l.Take(client, now, h)
	if allowed {
		return nil
	}
	return limited.say("Wait as long as Retry-After says; %d requests a minute are allowed here.", l.PerMinute()).retryAfter(wait)
}
