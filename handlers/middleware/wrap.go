// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package middleware

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/person"
)

// requestInfo is what log lines and metrics say of a request: nothing that identifies a citizen.
type requestInfo struct {
	id    string // X-Request-ID, as sent or made up
	trace string // trace id of a traceparent header, or ""
	route string // the pattern that matched, never the path
	actor person.Actor
}

type requestKey struct{}

func requestInfoFrom(ctx context.Context) *requestInfo {
	if r, ok := ctx.Value(requestKey{}).(*requestInfo); ok {
		return r
	}
	return &requestInfo{}
}

// SetActor remembers who makes the request, for its log line.
func SetActor(ctx context.Context, actor person.Actor) { requestInfoFrom(ctx).actor = actor }

// RequestID names the request, to those who have to ask about it and in the log.
func RequestID(ctx context.Context) string { return requestInfoFrom(ctx).id }

var (
	validRequestID    = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`)
	traceparentHeader = regexp.MustCompile(`^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}`)
)

// Handlers is what is behind the entrance, and how it speaks where no handler of its own does.
type Handlers struct {
	Mux          *http.ServeMux
	SetHeaders   func(h http.Header)                                        // sets the headers that every answer has, but for the request's id
	StreamRoutes []string                                                   // the routes that go on for as long as somebody looks, or takes
	Timeout      time.Duration                                              // for all other answers, the body's arrival included
	OnPanic      func(w http.ResponseWriter, r *http.Request, err error)    // answers for a handler that panicked
	OnNoRoute    func(w http.ResponseWriter, r *http.Request, allow string) // answers where no route matches; allow: other methods that would
}

// Wrap puts around every request what all of them share.
func (e *Stack) Wrap(d Handlers) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		handler, route := d.Mux.Handler(r)
		info := &requestInfo{id: r.Header.Get("X-Request-ID"), route: route}
		if !validRequestID.MatchString(info.id) {
			info.id = uuid.NewString()
		}
		if m := traceparentHeader.FindStringSubmatch(r.Header.Get("Traceparent")); m != nil {
			info.trace = m[1]
		}
		ctx := context.WithValue(r.Context(), requestKey{}, info)
		streams := slices.Contains(d.StreamRoutes, route)
		if !streams {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, d.Timeout)
			defer cancel()
		}
		r = r.WithContext(ctx)
		out := &statusWriter{ResponseWriter: w}
		out.Header().Set("X-Request-ID", info.id)
		d.SetHeaders(out.Header())
		e.metrics.inFlight.Inc()
		defer func() {
			e.metrics.inFlight.Dec()
			if broke := recover(); broke != nil {
				if err, ok := broke.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(broke)
				}
				e.Log.LogAttrs(ctx, slog.LevelError, "handler panicked", slog.String("request_id", info.id),
					slog.String("panic", fmt.Sprint(broke)), slog.String("stack", string(debug.Stack())))
				if out.status == 0 {
					d.OnPanic(out, r, fmt.Errorf("panic: %v", broke))
				}
			}
			e.logRequest(r, info, out, time.Since(began), streams)
		}()
		if route == "" {
			d.OnNoRoute(out, r, allowedMethods(handler, r))
			return
		}
		d.Mux.ServeHTTP(out, r)
	})
}

// allowedMethods are the methods that would be answered at an address where this one is not: the mux knows. "" if none are.
func allowedMethods(handler http.Handler, r *http.Request) string {
	would := httptest.NewRecorder()
	handler.ServeHTTP(would, r)
	if would.Code == http.StatusMethodNotAllowed {
		return would.Header().Get("Allow")
	}
	return ""
}

// logRequest writes the access log and counts the request.
func (e *Stack) logRequest(r *http.Request, info *requestInfo, out *statusWriter, took time.Duration, streams bool) {
	if out.status == 0 {
		out.status = http.StatusOK
	}
	route := info.route
	if route == "" {
		route = "none"
	}
	if !streams || out.status >= http.StatusMultipleChoices { // how long somebody looks at a page is no time to answer
		e.metrics.observe(r.Method, route, out.status, took)
	}
	level := slog.LevelInfo
	if out.status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	e.Log.LogAttrs(r.Context(), level, "request", slog.String("method", methodLabel(r.Method)), slog.String("route", route), slog.Int("status", out.status),
		slog.Duration("took", took), slog.Int64("bytes", out.bytes), slog.String("request_id", info.id), slog.String("trace_id", info.trace),
		slog.String("role", string(info.actor.Role)), slog.String("entity", string(info.actor.Entity)))
}

// methodLabel keeps made-up methods out of logs and labels.
func methodLabel(m string) string {
	if strings.Contains(" GET HEAD POST PUT PATCH DELETE OPTIONS ", " "+m+" ") {
		return m
	}
	return "other"
}

// statusWriter remembers what was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
