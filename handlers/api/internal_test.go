// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/projections/readmodel"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"
)

func TestPanicIsAProblem(t *testing.T) {
	var log strings.Builder
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	a := &API{Config: Config{Log: logger, Timeout: time.Second, Middleware: middleware.New(middleware.Config{Log: logger})}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /breaks", func(http.ResponseWriter, *http.Request) { panic("alas") })
	mux.HandleFunc("GET /aborts", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	w := httptest.NewRecorder()
	a.Middleware.Wrap(a.middlewareHandlers(mux)).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/breaks", nil))
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 500 || p.Type != "urn:sol:problem:internal-error" || strings.Contains(w.Body.String(), "alas") {
		t.Fatalf("got %d %s, %v", w.Code, w.Body, err)
	}
	if !strings.Contains(log.String(), "alas") || !strings.Contains(log.String(), w.Header().Get("X-Request-ID")) {
		t.Errorf("got the log %s, want panic and request id", log.String())
	}
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Error("got no panic, want http.ErrAbortHandler to reach the server")
		}
	}()
	a.Middleware.Wrap(a.middlewareHandlers(mux)).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/aborts", nil))
}

func TestProblemTable(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	name := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := map[string]bool{}
	for _, k := range problemKinds() {
		if seen[k.name] || !name.MatchString(k.name) || k.status < 400 || k.title == "" {
			t.Errorf("got kind %+v, want a unique name, a status and a title", k)
		}
		seen[k.name] = true
	}
	for want, err := range map[string]error{
		"invalid 422":                ticket.NewInvalidField("f", refusal.Required.With(), ""),
		"stale-version 412":          &ticket.ConflictError{},
		"forbidden-move 409":         &ticket.NotAllowedError{Move: ticket.MoveClose, Reason: refusal.NotClosedByHand.With()},
		"forbidden 403":              &ticket.ForbiddenError{Reason: refusal.SystemOnly.With()},
		"access-restricted 403":      &ticket.ForbiddenError{Reason: refusal.AccessRestricted.With()},
		"view-ended 403":             &ticket.ForbiddenError{Reason: refusal.ViewEnded.With()},
		"not-found 404":              &ticket.NotVisibleError{},
		"erased 410":                 eventstore.ErrErased,
		"idempotency-key-reused 422": eventstore.ErrKeyReused,
		"position-ahead 422":         eventstore.ErrBeyondHead,
		"position-lost 410":          eventstore.ErrLostPosition,
		"wrong-credentials 401":      identity.ErrCredentials,
		"unauthorized 401":           identity.ErrNoSession,
		"not-your-placement 403":     identity.ErrNotPlaced,
		"login-locked 429":           &identity.LockedError{Until: now.Add(time.Minute)},
		"internal-error 500":         &pgconn.PgError{Code: "42P01"},
	} {
		p := problemFor(fmt.Errorf("wrapped: %w", err))
		if got := fmt.Sprintf("%s %d", strings.TrimPrefix(p.Type, "urn:sol:problem:"), p.Status); got != want {
			t.Errorf("%v: got %s, want %s", err, got, want)
		}
	}
	for _, err := range []error{
		context.DeadlineExceeded, io.ErrUnexpectedEOF, eventstore.ErrUnavailable, eventstore.ErrClosed, puddle.ErrClosedPool,
		&pgconn.PgError{Code: "57P01"}, &pgconn.PgError{Code: "55P03"}, &pgconn.PgError{Code: "57014"},
	} {
		if p := problemFor(fmt.Errorf("wrapped: %w", err)); p.Type != "urn:sol:problem:unavailable" || p.Status != 503 || p.headers.Get("Retry-After") == "" {
			t.Errorf("%v: got %+v, want unavailable with Retry-After", err, p)
		}
	}
	if p := problemFor(&readmodel.FilterError{Field: "q"}); p.Errors[0].Field != "q" {
		t.Errorf("filter error: got %+v, want field q", p)
	}
	if p := problemFor(errors.New("secret")); p.Status != 500 || strings.Contains(p.Detail, "secret") {
		t.Errorf("unknown error: got %+v, want 500 without the error's text", p)
	}
	if p := problemFor(&identity.LockedError{Remaining: 90 * time.Second}); p.headers.Get("Retry-After") != "90" {
		t.Errorf("Retry-After: got %q, want 90", p.headers.Get("Retry-After"))
	}
}
