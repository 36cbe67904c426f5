// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ownpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	firstPause = 100 * time.Millisecond // before a restart that follows a failed or short-lived one; doubles
	lastPause  = 5 * time.Second
	steady     = 10 * time.Second // a server that lived as long is not failing
	patience   = 10 * time.Second // for a fast shutdown
	severity   = 5 * time.Second  // for an immediate one
)

// adoptOrLaunch takes over the server that outlived its sol when it runs with these very settings, stops it when not,
// and starts one when there is none.
func (s *Server) adoptOrLaunch(ctx context.Context) (*postmaster, error) {
	same, err := s.configure()
	if err != nil {
		return nil, err
	}
	pid, socket := survivor(s.data)
	if pid == 0 {
		return s.launch(ctx)
	}
	p := watch(pid, s.data)
	if same && socket == s.socket {
		s.log.InfoContext(ctx, "own Postgres: adopted the server that was still running", "pid", pid)
		if err := s.accepts(ctx, p); err == nil || ctx.Err() != nil {
			return p, err
		}
	} else {
		s.log.InfoContext(ctx, "own Postgres: stopping the server that was still running with other settings", "pid", pid)
	}
	s.end(p)
	return s.launch(ctx)
}

// launch starts the server and waits until it accepts connections; a failure leaves no process.
func (s *Server) launch(ctx context.Context) (*postmaster, error) {
	sweep(s.data)
	// Nobody runs here: we hold the lock and have looked. What a killed server leaves names a pid that may by now be
	// another process of the same user, or a zombie nobody waits for; Postgres would take either for itself.
	for _, stale := range []string{
		filepath.Join(s.data, "postmaster.pid"),
		filepath.Join(s.socket, ".s.PGSQL."+port), filepath.Join(s.socket, ".s.PGSQL."+port+".lock"),
	} {
		if err := os.Remove(stale); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	output, err := os.Create(filepath.Join(s.dir, "start.log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = output.Close() }() // the child has its own
	cmd := exec.Command(s.bin.path("postgres"), "-D", s.data)
	cmd.Stdout, cmd.Stderr = output, output // a file, not a pipe: it must be able to outlive us
	s.user.dress(cmd, s.data)
	if s.cfg.Unsafe {
		dieWithParent(cmd.SysProcAttr)
	}
	p, err := spawn(cmd)
	if err != nil {
		return nil, err
	}
	if err := s.accepts(ctx, p); err != nil {
		s.end(p)
		said, _ := os.ReadFile(output.Name())
		return nil, fmt.Errorf("start the server: %w; its log is in %s\n%s", err, filepath.Join(s.data, "log"), strings.TrimSpace(string(said)))
	}
	return p, nil
}

// accepts waits until the server answers a connection; crash recovery may take its time, so only ctx bounds it.
func (s *Server) accepts(ctx context.Context, p *postmaster) error {
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.url(superuser, "postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-p.gone:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return fmt.Errorf("%w: last answer: %w", ctx.Err(), err)
		}
	}
}

// supervise keeps a server running until ctx ends, then stops it.
func (s *Server) supervise(ctx context.Context, p *postmaster) {
	defer close(s.done)
	pause := time.Duration(0)
	for {
		since := time.Now()
		select {
		case <-ctx.Done():
			s.setDown()
			s.shutdown(p)
			return
		case <-p.gone:
		}
		s.setDown()
		s.log.Error("own Postgres: the server has died, starting it again", "lived", time.Since(since).Round(time.Millisecond))
		if time.Since(since) > steady {
			pause = 0
		}
		if p = s.revive(ctx, &pause); p == nil {
			sweep(s.data) // what the server that died left behind
			s.leaveSocket()
			return
		}
		s.setUp()
		s.log.Info("own Postgres: the server is back")
	}
}

// revive starts the server again, as often as it takes; nil when ctx ended first.
func (s *Server) revive(ctx context.Context, pause *time.Duration) *postmaster {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(*pause):
		}
		*pause = min(max(2**pause, firstPause), lastPause)
		p, err := s.launch(ctx)
		if err == nil {
			return p
		}
		if ctx.Err() == nil {
			s.log.Error("own Postgres: the server does not start", "error", err, "again_in", *pause)
		}
	}
}

// shutdown ends the server and what only its running needed.
func (s *Server) shutdown(p *postmaster) {
	s.end(p)
	s.leaveSocket()
}

// end stops a server: fast, then immediate, then by force. It returns when no process is left.
func (s *Server) end(p *postmaster) {
	// The postmaster waits for its children in a fast shutdown only, and never for the log's writer.
	defer sweep(s.data)
	p.signal(syscall.SIGINT)
	if p.endsWithin(patience, s.hurry) {
		return
	}
	p.signal(syscall.SIGQUIT)
	if p.endsWithin(severity, nil) {
		return
	}
	p.signal(syscall.SIGKILL)
	<-p.gone
}
