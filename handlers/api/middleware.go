// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"
	"time"

	"github.com/sol-assistenza/sol/handlers/middleware"
)

// middlewareHandlers returns what the middleware needs of the API: routes, headers, time limit, and responses to panics and unknown routes.
func (a *API) middlewareHandlers(mux *http.ServeMux) middleware.Handlers {
	return middleware.Handlers{
		Mux: mux, SetHeaders: setSecurityHeaders, StreamRoutes: []string{streamRoute, exportRoute}, Timeout: a.BodyTimeout + a.Timeout,
		OnPanic: func(w http.ResponseWriter, r *http.Request, err error) { a.refuse(r.Context(), err).write(w) },
		OnNoRoute: func(w http.ResponseWriter, _ *http.Request, allow string) {
			if allow != "" {
				methodNotAllowed.detail("Use one of %s.", allow).withHeader("Allow", allow).write(w)
				return
			}
			notFound.detail("There is no such address; /openapi.json lists those that are.").write(w)
		},
	}
}

// setSecurityHeaders sets the headers of every response. No response may be cached, since it is personal or changes.
func setSecurityHeaders(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
}

// takeFromLimiter charges a request to a client's limit. It returns a Problem with Retry-After if the limit is reached.
func takeFromLimiter(l *middleware.Limiter, client string, now time.Time, h http.Header) *Problem {
	wait, allowed := l.Take(client, now, h)
	if allowed {
		return nil
	}
	return rateLimited.detail("Wait as long as Retry-After says; %d requests a minute are allowed here.", l.PerMinute()).withRetryAfter(wait)
}
