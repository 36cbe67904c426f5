// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
)

// metricsPath is the path of the metrics.
const metricsPath = "/metrics"

// metricsServer serves the metrics on an address of its own, because they tell outcomes by entity.
type metricsServer struct {
	httpServer *http.Server
	addr       net.Addr
	served     chan error
}

// listenMetrics listens on an address and serves the metrics there. It returns nil if they are off. If another node of this machine has the
// default address, it takes a free port; the log names it.
func listenMetrics(addr string, handle http.HandlerFunc, log *slog.Logger) (*metricsServer, error) {
	if addr == "" {
		return nil, nil
	}
	listener, err := net.Listen("tcp", addr)
	if addr == config.DefaultMetricsAddr && errors.Is(err, syscall.EADDRINUSE) {
		log.Warn("the default address of the metrics is in use: taking a free port", "default", addr)
		listener, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, fmt.Errorf("%w; set SOL_METRICS_ADDR to an address that is free, or to off", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+metricsPath, handle)
	m := &metricsServer{addr: listener.Addr(), served: make(chan error, 1), httpServer: &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}}
	go func() { m.served <- m.httpServer.Serve(listener) }()
	log.Info("metrics listening", "address", urlOf(m.addr)+metricsPath)
	return m, nil
}

// close closes all connections and waits until serving has ended.
func (m *metricsServer) close() error {
	if m == nil {
		return nil
	}
	err := m.httpServer.Close()
	if serveErr := <-m.served; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}
