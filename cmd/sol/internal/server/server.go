// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package server listens for HTTP from the start of the process and routes requests to the API and the pages.
package server

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

// Server is what listens. It does so from the start, and answers 503 as long as there is nothing behind it: a load
// balancer, or a person with curl, learns that sol is coming up.
type Server struct {
	httpServer   *http.Server
	addr         net.Addr
	Router       atomic.Pointer[Router] // nil: not up
	DatabaseDown atomic.Bool            // the database has gone for the moment
	ServeErr     chan error
}

// Router is what the front leads to: programs to the API, people to the pages.
type Router struct {
	API *api.API
	Web *web.Web
}

func (b *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isAPIPath(r.URL.Path) {
		b.API.ServeHTTP(w, r)
		return
	}
	b.Web.ServeHTTP(w, r)
}

func isAPIPath(path string) bool {
	return strings.HasPrefix(path, "/api/") || path == "/status" || path == "/metrics" || strings.HasPrefix(path, "/openapi")
}

func (b *Router) endStreams() {
	b.API.EndStreams()
	b.Web.EndStreams()
}

// drainTimeout bounds how long requests under way may take when sol stops.
const drainTimeout = 15 * time.Second

// Listen opens the address and answers 503 until a router is set.
func Listen(addr string, log *slog.Logger) (*Server, error) {
	on, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%w; set SOL_ADDR to an address that is free", err)
	}
	f := &Server{addr: on.Addr(), ServeErr: make(chan error, 1)}
	f.httpServer = &http.Server{
		Handler:           f,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       70 * time.Second, // five attachments on a slow line
		WriteTimeout:      2 * time.Minute,  // streams lift it for themselves
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // what broken clients cause
	}
	go func() { f.ServeErr <- f.httpServer.Serve(on) }()
	return f, nil
}

// URL is where the front answers, for people and demo.json: on this machine, when it answers on every address.
func (f *Server) URL() string {
	at, ok := f.addr.(*net.TCPAddr)
	if ok && at.IP.IsUnspecified() {
		return "http://" + net.JoinHostPort("localhost", strconv.Itoa(at.Port))
	}
	return "http://" + f.addr.String()
}

func (f *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if router := f.Router.Load(); router != nil && (!f.DatabaseDown.Load() || r.URL.Path == "/metrics") {
		router.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Retry-After", "2")
	if !isAPIPath(r.URL.Path) {
		web.StartupPage(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusServiceUnavailable)
	_ = json.NewEncoder(w).Encode(map[string]any{ // the client may have gone
		"type": "urn:sol:problem:unavailable", "title": "The service is not available right now", "status": http.StatusServiceUnavailable,
		"detail": "The database is coming up. Try again in a few seconds.",
	})
}

// Drain takes no new connections, ends streams, and lets requests under way finish.
func (f *Server) Drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	if router := f.Router.Load(); router != nil {
		router.endStreams()
	}
	if err := f.httpServer.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("some requests did not finish within %s", drainTimeout), f.httpServer.Close())
	}
	return nil
}

// Close ends what is left and waits for it.
func (f *Server) Close() error {
	err := f.httpServer.Close()
	if served := <-f.ServeErr; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
