// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package embedpg

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

	"github.com/cenkalti/backoff/v5"
	"github.com/jackc/pgx/v5"
)

const (
	minRestartDelay          = 100 * time.Millisecond // before a restart that follows a failed or short-lived one; doubles
	maxRestartDelay          = 5 * time.Second
	stableAfter              = 10 * time.Second // a server that lived as long is not failing
	fastShutdownTimeout      = 10 * time.Second // for a fast shutdown
	immediateShutdownTimeout = 5 * time.Second  // for an immediate one
)

// adoptOrLaunch takes over the server that outlived its sol when it runs with these very settings, stops it when not,
// and starts one when there is none.
func (s *Server) adoptOrLaunch(ctx context.Context) (*postmaster, error) {
	same, err := s.writeConfig()
	if err != nil {
		return nil, err
	}
	pid, socket := findPostmaster(s.dataDir)
	if pid == 0 {
		return s.launch(ctx)
	}
	p := watchPostmaster(pid, s.dataDir)
	if same && socket == s.socketDir {
		s.log.InfoContext(ctx, "own Postgres: adopted the server that was still running", "pid", pid)
		if err := s.waitUntilAccepting(ctx, p); err == nil || ctx.Err() != nil {
			return p, err
		}
	} else {
		s.log.InfoContext(ctx, "own Postgres: stopping the server that was still running with other settings", "pid", pid)
	}
	s.stopProcess(p)
	return s.launch(ctx)
}

// launch starts the server and waits until it accepts connections; a failure leaves no process.
func (s *Server) launch(ctx context.Context) (*postmaster, error) {
	killLeftovers(s.dataDir)
	// Nobody runs here: we hold the lock and have looked. What a killed server leaves names a pid that may by now be
	// another process of the same user, or a zombie nobody waits for; Postgres would take either for itself.
	for _, stale := range []string{
		filepath.Join(s.dataDir, "postmaster.pid"),
		filepath.Join(s.socketDir, ".s.PGSQL."+port), filepath.Join(s.socketDir, ".s.PGSQL."+port+".lock"),
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
	cmd := exec.Command(s.bin.path("postgres"), "-D", s.dataDir)
	cmd.Stdout, cmd.Stderr = output, output // a file, not a pipe: it must be able to outlive us
	s.account.prepareCommand(cmd, s.dataDir)
	if s.cfg.Unsafe {
		dieWithParent(cmd.SysProcAttr)
	}
	p, err := spawn(cmd)
	if err != nil {
		return nil, err
	}
	if err := s.waitUntilAccepting(ctx, p); err != nil {
		s.stopProcess(p)
		lines, _ := os.ReadFile(output.Name())
		return nil, fmt.Errorf("start the server: %w; its log is in %s\n%s", err, filepath.Join(s.dataDir, "log"), strings.TrimSpace(string(lines)))
	}
	return p, nil
}

// waitUntilAccepting waits until the server answers a connection; crash recovery may take its time, so only ctx bounds it.
func (s *Server) waitUntilAccepting(ctx context.Context, p *postmaster) error {
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.url(superuser, "postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-p.exited:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return fmt.Errorf("%w: last answer: %w", ctx.Err(), err)
		}
	}
}

// supervise keeps a server running until ctx ends, then stops it.
func (s *Server) supervise(ctx context.Context, p *postmaster) {
	defer close(s.done)
	retry := restartBackOff{ExponentialBackOff: backoff.ExponentialBackOff{
		InitialInterval: minRestartDelay, Multiplier: 2, MaxInterval: maxRestartDelay,
	}}
	for {
		since := time.Now()
		select {
		case <-ctx.Done():
			s.markDown()
			s.shutdown(p)
			return
		case <-p.exited:
		}
		s.markDown()
		s.log.Error("own Postgres: the server has died, starting it again", "lived", time.Since(since).Round(time.Millisecond))
		if time.Since(since) > stableAfter {
			retry.Reset()
		}
		if p = s.restart(ctx, &retry); p == nil {
			killLeftovers(s.dataDir) // what the server that died left behind
			s.removeSocketDir()
			return
		}
		s.markUp()
		s.log.Info("own Postgres: the server is back")
	}
}

// restartBackOff holds the pause before the next start of the server: none before the first, then growing.
type restartBackOff struct {
	backoff.ExponentialBackOff
	delay time.Duration
}

// Reset makes the next start come without a pause.
func (r *restartBackOff) Reset() {
	r.ExponentialBackOff.Reset()
	r.delay = 0
}

// restart starts the server again, as often as it takes; it returns nil when ctx ends first.
func (s *Server) restart(ctx context.Context, retry *restartBackOff) *postmaster {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(retry.delay):
		}
		retry.delay = retry.NextBackOff()
		p, err := s.launch(ctx)
		if err == nil {
			return p
		}
		if ctx.Err() == nil {
			s.log.Error("own Postgres: the server does not start", "error", err, "again_in", retry.delay)
		}
	}
}

// shutdown ends the server and what only its running needed.
func (s *Server) shutdown(p *postmaster) {
	s.stopProcess(p)
	s.removeSocketDir()
}

// stopProcess stops a server: fast, then immediate, then by force. It returns when no process is left.
func (s *Server) stopProcess(p *postmaster) {
	// The postmaster waits for its children in a fast shutdown only, and never for the log's writer.
	defer killLeftovers(s.dataDir)
	p.signal(syscall.SIGINT)
	if p.waitExit(fastShutdownTimeout, s.stopNow) {
		return
	}
	p.signal(syscall.SIGQUIT)
	if p.waitExit(immediateShutdownTimeout, nil) {
		return
	}
	p.signal(syscall.SIGKILL)
	<-p.exited
}
