// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/person"
)

// request is what log lines and metrics say of a request: nothing that identifies a citizen.
type request struct {
	id    string // X-Request-ID, as sent or made up
	trace string // trace id of a traceparent header, or ""
	route string // the pattern that matched, never the path
	actor person.Actor
}

type requestKey struct{}

func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{}
}

// note remembers who makes the request, for its log line.
func note(ctx context.Context, actor person.Actor) { requestOf(ctx).actor = actor }

var (
	requestID   = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`)
	traceparent = regexp.MustCompile(`^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}`)
)

// wrap puts around every request what all of them share: id, headers, time-out, log line, metrics, and an answer even
// when a handler panics.
func (a *API) wrap(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		handler, route := mux.Handler(r)
		info := &request{id: r.Header.Get("X-Request-ID"), route: route}
		if !requestID.MatchString(info.id) {
			info.id = uuid.NewString()
		}
		if m := traceparent.FindStringSubmatch(r.Header.Get("Traceparent")); m != nil {
			info.trace = m[1]
		}
		ctx := context.WithValue(r.Context(), requestKey{}, info)
		if route != streamRoute {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, a.BodyTimeout+a.Timeout)
			defer cancel()
		}
		r = r.WithContext(ctx)
		out := &answer{ResponseWriter: w}
		secure(out.Header(), info.id)
		a.metrics.underway.Inc()
		defer func() {
			a.metrics.underway.Dec()
			if broke := recover(); broke != nil {
				if err, ok := broke.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(broke)
				}
				a.Log.LogAttrs(ctx, slog.LevelError, "handler panicked", slog.String("request_id", info.id),
					slog.String("panic", fmt.Sprint(broke)), slog.String("stack", string(debug.Stack())))
				if out.status == 0 {
					a.refuse(ctx, fmt.Errorf("panic: %v", broke)).write(out)
				}
			}
			a.finished(r, info, out, time.Since(began))
		}()
		if route == "" {
			nowhere(handler, r).write(out)
			return
		}
		mux.ServeHTTP(out, r)
	})
}

// finished writes the access log and counts the request.
func (a *API) finished(r *http.Request, info *request, out *answer, took time.Duration) {
	if out.status == 0 {
		out.status = http.StatusOK
	}
	route := info.route
	if route == "" {
		route = "none"
	}
	a.metrics.observe(r.Method, route, out.status, took)
	level := slog.LevelInfo
	if out.status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	a.Log.LogAttrs(r.Context(), level, "request", slog.String("method", method(r.Method)), slog.String("route", route), slog.Int("status", out.status),
		slog.Duration("took", took), slog.Int64("bytes", out.bytes), slog.String("request_id", info.id), slog.String("trace_id", info.trace),
		slog.String("role", string(info.actor.Role)), slog.String("entity", string(info.actor.Entity)))
}

// secure sets the headers that every answer has. Nothing here is for caches: it is personal, or changes.
func secure(h http.Header, id string) {
	h.Set("X-Request-ID", id)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
}

// nowhere answers where no route matches: the mux knows whether another method would.
func nowhere(handler http.Handler, r *http.Request) *Problem {
	would := httptest.NewRecorder()
	handler.ServeHTTP(would, r)
	if allow := would.Header().Get("Allow"); would.Code == http.StatusMethodNotAllowed {
		return wrongMethod.say("Use one of %s.", allow).with("Allow", allow)
	}
	return notFound.say("There is no such address; /openapi.json lists those that are.")
}

// method keeps made-up methods out of logs and labels.
func method(m string) string {
	if strings.Contains(" GET HEAD POST PUT PATCH DELETE OPTIONS ", " "+m+" ") {
		return m
	}
	return "other"
}

// answer remembers what was answered.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *answer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *answer) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *answer) Unwrap() http.ResponseWriter { return w.ResponseWriter }
