// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// further is a listener beside the server's own one, with the same pages.
type further struct {
	httpServer *http.Server
	served     chan error
}

// newHTTPServer returns an HTTP server with the limits of all listeners.
func newHTTPServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       70 * time.Second, // five attachments on a slow line
		WriteTimeout:      2 * time.Minute,  // live-update streams set their own deadline
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // errors that broken clients cause
	}
}

// ServeAlso serves on a further listener until Close. wrap returns the handler of its requests around the server's. It is called once for each
// listener, before any request can come.
func (s *Server) ServeAlso(listener net.Listener, wrap func(http.Handler) http.Handler, log *slog.Logger) {
	f := further{httpServer: newHTTPServer(wrap(s), log), served: make(chan error, 1)}
	go func() { f.served <- f.httpServer.Serve(listener) }()
	s.further = append(s.further, f)
}

// drainFurther closes the further listeners and waits until their open requests finish.
func (s *Server) drainFurther(ctx context.Context) (err error) {
	for _, f := range s.further {
		err = errors.Join(err, f.httpServer.Shutdown(ctx))
	}
	return err
}

// closeFurther closes all connections of the further listeners and waits until serving has ended.
func (s *Server) closeFurther() (err error) {
	for _, f := range s.further {
		err = errors.Join(err, f.httpServer.Close())
		if serveErr := <-f.served; !errors.Is(serveErr, http.ErrServerClosed) {
			err = errors.Join(err, serveErr)
		}
	}
	return err
}
