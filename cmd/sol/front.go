// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/web"
)

// front is what listens. It does so from the start, and answers 503 as long as there is nothing behind it: a load
// balancer, or a person with curl, learns that sol is coming up.
type front struct {
	server *http.Server
	addr   net.Addr
	behind atomic.Pointer[behind] // nil: not up
	down   atomic.Bool            // the database has gone for the moment
	served chan error
}

// behind is what the front leads to: programs to the API, people to the pages.
type behind struct {
	api *api.API
	web *web.Web
}

func (b *behind) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if forPrograms(r.URL.Path) {
		b.api.ServeHTTP(w, r)
		return
	}
	b.web.ServeHTTP(w, r)
}

func forPrograms(path string) bool {
	return strings.HasPrefix(path, "/api/") || path == "/status" || path == "/metrics" || strings.HasPrefix(path, "/openapi")
}

func (b *behind) endStreams() {
	b.api.EndStreams()
	b.web.EndStreams()
}

// drainFor bounds how long requests under way may take when sol stops.
const drainFor = 15 * time.Second

func openFront(addr string, log *slog.Logger) (*front, error) {
	on, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%w; set SOL_ADDR to an address that is free", err)
	}
	f := &front{addr: on.Addr(), served: make(chan error, 1)}
	f.server = &http.Server{
		Handler:           f,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       70 * time.Second, // five attachments on a slow line
		WriteTimeout:      2 * time.Minute,  // streams lift it for themselves
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // what broken clients cause
	}
	go func() { f.served <- f.server.Serve(on) }()
	return f, nil
}

// url is where the front answers, for people and demo.json: on this machine, when it answers on every address.
func (f *front) url() string {
	at, ok := f.addr.(*net.TCPAddr)
	if ok && at.IP.IsUnspecified() {
		return "http://" + net.JoinHostPort("localhost", strconv.Itoa(at.Port))
	}
	return "http://" + f.addr.String()
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if behind := f.behind.Load(); behind != nil && (!f.down.Load() || r.URL.Path == "/metrics") {
		behind.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Retry-After", "2")
	if !forPrograms(r.URL.Path) {
		web.ComingUp(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusServiceUnavailable)
	_ = json.NewEncoder(w).Encode(map[string]any{ // the client may have gone
		"type": "urn:sol:problem:unavailable", "title": "The service is not available right now", "status": http.StatusServiceUnavailable,
		"detail": "The database is coming up. Try again in a few seconds.",
	})
}

// drain takes no new connections, ends streams, and lets requests under way finish.
func (f *front) drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drainFor)
	defer cancel()
	if behind := f.behind.Load(); behind != nil {
		behind.endStreams()
	}
	if err := f.server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("some requests did not finish within %s", drainFor), f.server.Close())
	}
	return nil
}

// close ends what is left and waits for it.
func (f *front) close() error {
	err := f.server.Close()
	if served := <-f.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
