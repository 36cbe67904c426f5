// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package embedpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// PairServer is a server of a Pair.
type PairServer struct {
	server  *Server     // without its supervisor
	process *postmaster // nil: it never ran
}

// newPairServer returns a server without data.
func newPairServer(cfg Config) *PairServer {
	s := &PairServer{server: &Server{cfg: cfg, log: cfg.Log, stopNow: make(chan struct{})}}
	if s.server.log == nil {
		s.server.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// URL returns the connection string of a database on the server's socket, for the role sol. It stays the same when the server restarts.
func (s *PairServer) URL(database string) string { return s.server.URL(database) }

// Socket returns the path of the server's socket.
func (s *PairServer) Socket() string { return filepath.Join(s.server.socketDir, ".s.PGSQL."+port) }

// Start starts the server after Kill, and returns when it accepts connections; a primary recovers first.
func (s *PairServer) Start(ctx context.Context) (err error) {
	s.process, err = s.server.launch(ctx)
	return err
}

// Kill ends all processes of the server with SIGKILL, as a crash does, and waits for their end.
func (s *PairServer) Kill() {
	if s.process == nil {
		return
	}
	s.signal(syscall.SIGKILL)
	<-s.process.exited
	killLeftovers(s.server.dataDir)
}

// Pause stops all processes of the server with SIGSTOP, as a machine that hangs: connections stay open, and nobody answers.
func (s *PairServer) Pause() {
	s.signal(syscall.SIGSTOP)
	s.signal(syscall.SIGSTOP) // children that the postmaster made before it stopped
}

// Resume lets a paused server continue.
func (s *PairServer) Resume() { s.signal(syscall.SIGCONT) }

// signal sends a signal to the postmaster and then to its children.
func (s *PairServer) signal(sig syscall.Signal) {
	s.process.signal(sig)
	for _, pid := range serverProcesses(s.server.dataDir) {
		_ = syscall.Kill(pid, sig) // an error means that it ended a moment ago
	}
}

// initialise creates the server's cluster, starts it and creates role and database.
func (s *PairServer) initialise(ctx context.Context) error {
	if err := s.server.lockDir(); err != nil {
		return err
	}
	if err := s.server.prepare(ctx); err != nil {
		return err
	}
	if _, err := s.server.writeConfig(); err != nil {
		return err
	}
	if err := s.Start(ctx); err != nil {
		return err
	}
	return s.server.ensureRoleAndDatabase(ctx)
}

// copyFrom makes the server a copy of a running primary and starts it as its standby.
func (s *PairServer) copyFrom(ctx context.Context, primary *PairServer) error {
	own, from := s.server, primary.server
	if err := own.lockDir(); err != nil {
		return err
	}
	own.account, own.bin = from.account, from.bin
	if err := os.Mkdir(own.dataDir, 0o700); err != nil {
		return err
	}
	if err := own.account.chown(own.dataDir); err != nil {
		return err
	}
	source := fmt.Sprintf("host='%s' port=%s user=%s application_name=%s", from.socketDir, port, superuser, standbyName)
	cmd := exec.CommandContext(ctx, own.bin.clientPath("pg_basebackup"), "--pgdata="+own.dataDir, "--dbname="+source,
		"--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync")
	own.account.prepareCommand(cmd, own.dataDir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pg_basebackup: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	var err error
	if own.socketDir, err = prepareSocketDir(own.dir, own.account); err != nil {
		return err
	}
	if _, err := own.writeConfig(); err != nil {
		return err
	}
	if err := s.setSynchronousStandby(""); err != nil { // it counts after a promotion
		return err
	}
	return s.Start(ctx)
}

// setSynchronousStandby sets the standby that commits of the server wait for; "" for none.
func (s *PairServer) setSynchronousStandby(name string) error {
	if _, err := s.server.replaceFile("local.conf", fmt.Sprintf("synchronous_standby_names = '%s'\n", name)); err != nil {
		return err
	}
	if s.process != nil {
		s.process.signal(syscall.SIGHUP)
	}
	return nil
}

// execute executes a statement as superuser.
func (s *PairServer) execute(ctx context.Context, sql string) (err error) {
	conn, err := pgx.Connect(ctx, s.server.url(superuser, "postgres"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	_, err = conn.Exec(ctx, sql)
	return err
}

// waitUntil runs a query that returns one boolean, as superuser, until it returns true.
func (s *PairServer) waitUntil(ctx context.Context, query string) (err error) {
	conn, err := pgx.Connect(ctx, s.server.url(superuser, "postgres"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var done bool
		if err := conn.QueryRow(ctx, query).Scan(&done); err != nil || done {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// close kills the server and releases its directory.
func (s *PairServer) close() error {
	s.Kill()
	if s.server.lockFile == nil {
		return nil // it has no directory
	}
	if s.server.socketDir != "" {
		s.server.removeSocketDir()
	}
	return s.server.lockFile.Close()
}
