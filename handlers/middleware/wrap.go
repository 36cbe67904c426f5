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

// requestInfo holds the data of a request for log lines and metrics. It holds nothing that identifies a citizen.
type requestInfo struct {
	id    string // X-Request-ID, as sent or generated
	trace string // trace id of a traceparent header, or ""
	route string // the pattern that matched, never the path, which may hold ids and tokens
	actor person.Actor
}

type requestKey struct{}

func requestInfoFrom(ctx context.Context) *requestInfo {
	if r, ok := ctx.Value(requestKey{}).(*requestInfo); ok {
		return r
	}
	return &requestInfo{}
}

// SetActor stores the actor of the request, for its log line.
func SetActor(ctx context.Context, actor person.Actor) { requestInfoFrom(ctx).actor = actor }

// RequestID returns the id of the request, which the log and the response hold.
func RequestID(ctx context.Context) string { return requestInfoFrom(ctx).id }

var (
	validRequestID    = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`)
	traceparentHeader = regexp.MustCompile(`^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}`)
)

// Handlers is the router of an adapter, with its responses to requests that no handler of its own answers.
type Handlers struct {
	Mux          *http.ServeMux
	SetHeaders   func(h http.Header)                                        // sets the headers of every response, except X-Request-ID
	StreamRoutes []string                                                   // routes without a timeout: live updates and downloads
	Timeout      time.Duration                                              // for all other requests, reading of the body included
	OnPanic      func(w http.ResponseWriter, r *http.Request, err error)    // responds if a handler panicked before it wrote
	OnNoRoute    func(w http.ResponseWriter, r *http.Request, allow string) // responds if no route matches; allow: the Allow header, or ""
}

// Wrap returns the handler of an adapter with request id, headers, timeout, panic recovery, request log and metrics.
func (e *Stack) Wrap(d Handlers) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		handler, route := d.Mux.Handler(r)
		info := &requestInfo{id: r.Header.Get("X-Request-ID"), route: route}
		if !validRequestID.MatchString(info.id) {
			info.id = uuid.NewString()
		}
		if m := traceparentHeader.FindStringSubmatch(r.Header.Get("Traceparent")); m != nil {
			info.trace = m[1]
		}
		ctx := context.WithValue(r.Context(), requestKey{}, info)
		isStream := slices.Contains(d.StreamRoutes, route)
		if !isStream {
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
			if recovered := recover(); recovered != nil {
				if err, ok := recovered.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(recovered)
				}
				e.Log.LogAttrs(ctx, slog.LevelError, "handler panicked", slog.String("request_id", info.id),
					slog.String("panic", fmt.Sprint(recovered)), slog.String("stack", string(debug.Stack())))
				if out.status == 0 {
					d.OnPanic(out, r, fmt.Errorf("panic: %v", recovered))
				}
			}
			e.logRequest(r, info, out, time.Since(start), isStream)
		}()
		if route == "" {
			d.OnNoRoute(out, r, allowedMethods(handler, r))
			return
		}
		d.Mux.ServeHTTP(out, r)
	})
}

// allowedMethods returns the Allow header that the mux sets if a path has routes for other methods, and "" otherwise.
func allowedMethods(handler http.Handler, r *http.Request) string {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, r)
	if recorder.Code == http.StatusMethodNotAllowed {
		return recorder.Header().Get("Allow")
	}
	return ""
}

// logRequest writes the log line of a request and observes its duration.
func (e *Stack) logRequest(r *http.Request, info *requestInfo, out *statusWriter, duration time.Duration, isStream bool) {
	if out.status == 0 {
		out.status = http.StatusOK
	}
	route := info.route
	if route == "" {
		route = "none"
	}
	if out.status >= http.StatusInternalServerError && clientGone(r.Context()) {
		out.status = statusClientGone
	}
	if !isStream || out.status >= http.StatusMultipleChoices { // the duration of an open stream is not a response time
		e.metrics.observe(r.Method, route, out.status, duration)
	}
	level := slog.LevelInfo
	if out.status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	e.Log.LogAttrs(r.Context(), level, "request", slog.String("method", methodLabel(r.Method)), slog.String("route", route), slog.Int("status", out.status),
		slog.Duration("took", duration), slog.Int64("bytes", out.bytes), slog.String("request_id", info.id), slog.String("trace_id", info.trace),
		slog.String("role", string(info.actor.Role)), slog.String("entity", string(info.actor.Entity)))
}

// methodLabel returns the method, or "other" for a method outside its list, so that the set of labels stays bounded.
func methodLabel(m string) string {
	if strings.Contains(" GET HEAD POST PUT PATCH DELETE OPTIONS ", " "+m+" ") {
		return m
	}
	return "other"
}

// statusWriter counts the bytes of a response and stores its status.
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
