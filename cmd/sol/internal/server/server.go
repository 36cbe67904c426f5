// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package server listens for HTTP from the start of the process and routes requests to the API and the pages. Until these are set, and
// while the database is down, it answers 503. Metrics are on an address of their own.
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
	"github.com/sol-assistenza/sol/handlers/identity/portal"
	"github.com/sol-assistenza/sol/handlers/web"
)

// Server is the HTTP server. It answers 503 with Retry-After while Router is nil or the database is down, so that load balancers and
// people learn that sol is starting.
type Server struct {
	httpServer   *http.Server
	addr         net.Addr
	metrics      *metricsServer         // nil: no metrics
	further      []further              // listeners of identity providers
	Router       atomic.Pointer[Router] // nil: not ready
	DatabaseDown atomic.Bool            // the embedded Postgres has stopped and is restarted
	ServeErr     chan error             // the error of serving, once
}

// Router sends /api, /status and /openapi to the API and everything else to the pages.
type Router struct {
	API    *api.API
	Web    *web.Web
	Portal *portal.Guard // stands before both
}

// ServeHTTP implements http.Handler.
func (rt *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = rt.Portal.Pass(r)
	if isAPIPath(r.URL.Path) {
		rt.API.ServeHTTP(w, r)
		return
	}
	rt.Web.ServeHTTP(w, r)
}

func isAPIPath(path string) bool {
	return strings.HasPrefix(path, "/api/") || path == "/status" || strings.HasPrefix(path, "/openapi")
}

// endStreams ends all live-update streams.
func (rt *Router) endStreams() {
	rt.API.EndStreams()
	rt.Web.EndStreams()
}

// drainTimeout is the longest time that open requests may take when sol stops.
const drainTimeout = 15 * time.Second

// Listen listens on the address and serves. The server answers 503 until a router is set. metricsAddr is the address of the metrics, as
// config.Config has it.
func Listen(addr, metricsAddr string, log *slog.Logger) (*Server, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%w; set SOL_ADDR to an address that is free", err)
	}
	s := &Server{addr: listener.Addr(), ServeErr: make(chan error, 1)}
	s.httpServer = newHTTPServer(s, log)
	if s.metrics, err = listenMetrics(metricsAddr, s.serveMetrics, log); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	go func() { s.ServeErr <- s.httpServer.Serve(listener) }()
	return s, nil
}

// URL returns the server's URL for people and demo.json, with the host localhost if it listens on all addresses.
func (s *Server) URL() string { return urlOf(s.addr) }

// MetricsURL returns the URL of the metrics, or "" if they are off.
func (s *Server) MetricsURL() string {
	if s.metrics == nil {
		return ""
	}
	return urlOf(s.metrics.addr) + metricsPath
}

// urlOf returns the URL of an address, with the host localhost for all addresses.
func urlOf(addr net.Addr) string {
	tcpAddr, ok := addr.(*net.TCPAddr)
	if ok && tcpAddr.IP.IsUnspecified() {
		return "http://" + net.JoinHostPort("localhost", strconv.Itoa(tcpAddr.Port))
	}
	return "http://" + addr.String()
}

// serveMetrics passes a request to the metrics, which need no database, or answers 503 while there is no router.
func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	if router := s.Router.Load(); router != nil {
		router.API.ServeMetrics(w, r)
		return
	}
	w.Header().Set("Retry-After", "2")
	http.Error(w, "sol is starting", http.StatusServiceUnavailable)
}

// ServeHTTP passes the request to the router, or answers 503 if there is none or the database is down.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if router := s.Router.Load(); router != nil && !s.DatabaseDown.Load() {
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

// Drain closes the listener, ends streams and waits until open requests finish, at most drainTimeout.
func (s *Server) Drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	if router := s.Router.Load(); router != nil {
		router.endStreams()
	}
	if err := errors.Join(s.httpServer.Shutdown(ctx), s.drainFurther(ctx)); err != nil {
		return errors.Join(fmt.Errorf("some requests did not finish within %s", drainTimeout), s.httpServer.Close())
	}
	return nil
}

// Close closes all connections and waits until serving has ended.
func (s *Server) Close() error {
	err := errors.Join(s.httpServer.Close(), s.closeFurther(), s.metrics.close())
	if serveErr := <-s.ServeErr; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}
