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
	minRestartDelay          = 100 * time.Millisecond // pause before the second start in a row; it doubles
	maxRestartDelay          = 5 * time.Second
	stableAfter              = 10 * time.Second // after this uptime the next restart has no pause
	fastShutdownTimeout      = 10 * time.Second // time for a fast shutdown
	immediateShutdownTimeout = 5 * time.Second  // time for an immediate shutdown
)

// adoptOrLaunch adopts a server of an earlier sol that still runs, if its settings are the same and it accepts connections.
// Otherwise it stops that server, if there is one, and starts a new one.
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

// launch starts the server and waits until it accepts connections. After a failure no process is left.
func (s *Server) launch(ctx context.Context) (*postmaster, error) {
	killLeftovers(s.dataDir)
	// No server runs in the directory: this process holds the lock and has checked. The files of a killed server name a pid that
	// may belong to another process of the same user now, or to a zombie. Postgres would take either for a running server.
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
	defer func() { _ = output.Close() }() // the child has its own descriptor
	cmd := exec.Command(s.bin.path("postgres"), "-D", s.dataDir)
	cmd.Stdout, cmd.Stderr = output, output // a file, not a pipe: the server may outlive this process
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
		return nil, fmt.Errorf("start the server: %w; its log is in %s\n%s",
			err, filepath.Join(s.dataDir, "log"), strings.TrimSpace(string(lines)))
	}
	return p, nil
}

// waitUntilAccepting waits until the server accepts a connection or has ended. Only ctx limits the wait, because recovery after a
// crash may take long.
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
			return errors.New("the server ended before it accepted a connection")
		case <-ctx.Done():
			return fmt.Errorf("%w: last error: %w", ctx.Err(), err)
		}
	}
}

// supervise restarts the server whenever it dies, until ctx ends, and then stops it.
func (s *Server) supervise(ctx context.Context, p *postmaster) {
	defer close(s.done)
	retry := restartBackOff{ExponentialBackOff: backoff.ExponentialBackOff{
		InitialInterval: minRestartDelay, Multiplier: 2, MaxInterval: maxRestartDelay,
	}}
	for {
		started := time.Now()
		select {
		case <-ctx.Done():
			s.markDown()
			s.shutdown(p)
			return
		case <-p.exited:
		}
		s.markDown()
		s.log.Error("own Postgres: the server died; restarting it", "lived", time.Since(started).Round(time.Millisecond))
		if time.Since(started) > stableAfter {
			retry.Reset()
		}
		if p = s.restart(ctx, &retry); p == nil {
			killLeftovers(s.dataDir) // children of the server that died
			s.removeSocketDir()
			return
		}
		s.markUp()
		s.log.Info("own Postgres: the server is running again")
	}
}

// restartBackOff holds the pause before the next start of the server: no pause before the first start, then a growing one.
type restartBackOff struct {
	backoff.ExponentialBackOff
	delay time.Duration
}

// Reset removes the pause before the next start.
func (r *restartBackOff) Reset() {
	r.ExponentialBackOff.Reset()
	r.delay = 0
}

// restart starts the server, and retries until a start succeeds. It returns nil when ctx ends first.
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
			s.log.Error("own Postgres: the server does not start", "error", err, "retry_in", retry.delay)
		}
	}
}

// shutdown stops the server and removes the directory of its socket.
func (s *Server) shutdown(p *postmaster) {
	s.stopProcess(p)
	s.removeSocketDir()
}

// stopProcess stops a server: by a fast shutdown, then an immediate one, then SIGKILL. It returns when no process is left.
func (s *Server) stopProcess(p *postmaster) {
	// The postmaster waits for its children in a fast shutdown only, and never for the process that writes the log.
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
