// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package embedpg runs sol's own Postgres: a private server made from the installed binaries, reachable through a
// socket that only our uid (and root) can open, restarted when it dies and stopped with sol.
//
// A directory holds one server:
//
//	DIR/lock   held by the one sol that may use the directory
//	DIR/data   the cluster; local.conf in it is the administrator's and wins over what sol writes
//	DIR/run    the socket, or a link to where it is when DIR is too deep for a socket's path
//	DIR/data/log  a log file a weekday; it never holds statements or rows
package embedpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
)

// Config says where the server lives and how it is set.
type Config struct {
	// Dir is the server's directory, made when it is not there. Required. When sol runs as root, the server runs
	// as an unprivileged user who must be able to pass through every directory above it.
	Dir string
	// Log takes what a person waits for or must know. Nil: nothing is logged.
	Log *slog.Logger
	// Settings are Postgres settings by name, over the defaults in settings.go.
	Settings map[string]string
	// Unsafe gives durability up for speed: tests only. On Linux such a server also dies with its process.
	Unsafe bool
}

// What Start can refuse, beside plain failures.
var (
	// ErrNoServer: no usable server binaries are installed. The text says what to install.
	ErrNoServer = errors.New("no PostgreSQL server found")
	// ErrInUse: another sol uses the directory.
	ErrInUse = errors.New("directory in use")
	// ErrOtherVersion: the data were made by a major version of which no binaries are installed.
	ErrOtherVersion = errors.New("data of another PostgreSQL version")
	// ErrOtherOwner: the data belong to another user than the one the server would run as.
	ErrOtherOwner = errors.New("data of another owner")
	// ErrUnreachable: the user that the server runs as cannot enter the directory.
	ErrUnreachable = errors.New("directory out of the server's reach")
)

// Server is a running server. Its methods may be called from any goroutine.
type Server struct {
	cfg         Config
	log         *slog.Logger
	dir         string // canonical
	dataDir     string
	socketDir   string // directory
	bin         binaries
	account     account
	lockFile    *os.File
	cancel      context.CancelFunc
	done        chan struct{} // the supervisor has ended
	stopNow     chan struct{} // closed: no more patience while stopping
	stopNowOnce sync.Once

	mu   sync.Mutex
	up   chan struct{} // closed while the server accepts connections
	down chan struct{} // closed while it does not
}

// Start brings the server up and returns when it accepts connections and role and database `sol` exist. The first
// start in a directory initialises it (seconds); one after a crash may recover for longer: ctx bounds the wait, and
// nothing else. A server that outlived its sol is adopted, or stopped first when it was set otherwise.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	s := &Server{
		cfg: cfg, log: cfg.Log,
		done: make(chan struct{}), stopNow: make(chan struct{}), up: make(chan struct{}), down: make(chan struct{}),
	}
	close(s.down)
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if cfg.Dir == "" {
		return nil, errors.New("own Postgres: no directory given")
	}
	if err := s.start(ctx); err != nil {
		if s.lockFile != nil {
			_ = s.lockFile.Close() // nothing was written through it
		}
		return nil, fmt.Errorf("own Postgres in %s: %w", cfg.Dir, err)
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	if err := s.lockDir(); err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	p, err := s.adoptOrLaunch(ctx)
	if err != nil {
		return err
	}
	if err := s.ensureRoleAndDatabase(ctx); err != nil {
		s.shutdown(p)
		return err
	}
	s.markUp()
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	go s.supervise(life, p)
	return nil
}

// URL is the connection string of a database for role `sol`, which may create databases and roles and is no
// superuser.
func (s *Server) URL(database string) string { return s.url("sol", database) }

func (s *Server) url(user, database string) string {
	// PathEscape, because libpq takes a plus sign for itself.
	return fmt.Sprintf("postgres://%s@/%s?host=%s&port=%s", user, url.PathEscape(database), url.PathEscape(s.socketDir), port)
}

// BinDir is the directory of the server's own client programs (psql, pg_dump, pgbench where it is installed).
func (s *Server) BinDir() string { return s.bin.dir }

// Down is closed when the server that runs now has gone; ask again once it is back.
func (s *Server) Down() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down
}

// Up is closed when the server accepts connections.
func (s *Server) Up() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.up
}

// Stop ends the server: connections are cut, work committed is kept. It takes ten seconds at most before it stops
// harder (the next start then recovers), and no longer than ctx before it does so at once. It returns when no process
// of the server is left; a second call waits for the same.
func (s *Server) Stop(ctx context.Context) error {
	s.cancel()
	select {
	case <-s.done:
	case <-ctx.Done():
		s.stopNowOnce.Do(func() { close(s.stopNow) })
		<-s.done
	}
	return s.lockFile.Close()
}

func (s *Server) markUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.up)
	s.down = make(chan struct{})
}

func (s *Server) markDown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.down)
	s.up = make(chan struct{})
}

// lockDir takes the directory for this process, until the lock is closed or the process dies.
func (s *Server) lockDir() error {
	var err error
	if s.dir, err = ensureDir(s.cfg.Dir); err != nil {
		return err
	}
	s.dataDir = filepath.Join(s.dir, "data")
	s.lockFile, err = acquireLockFile(filepath.Join(s.dir, "lock"))
	return err
}
