// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package embedpg runs sol's own Postgres: a private server from the installed binaries. Only the server's user and root can open
// its socket. The package restarts the server when it dies, and stops it with sol.
//
// A directory holds one server:
//
//	DIR/lock      lock file of the one sol that may use the directory
//	DIR/data      the cluster; local.conf in it belongs to the administrator and overrides the settings that sol writes
//	DIR/data/log  a log file for each weekday, without statements and rows
//	DIR/run       directory of the socket, or a link to it when the path of DIR is too long for a socket
//	DIR/start.log output of the last start
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

// Config is the configuration of a Server.
type Config struct {
	// Dir is the server's directory. Start creates it if it does not exist. Required. When sol runs as root, the server
	// runs as an unprivileged user, who must be able to pass through every directory above Dir.
	Dir string
	// Log gets messages about long operations and failures. Nil: nothing is logged.
	Log *slog.Logger
	// Settings are Postgres settings by name. They override the defaults in settings.go.
	Settings map[string]string
	// Unsafe trades durability for speed, for tests only. On Linux such a server also dies with the process of sol.
	Unsafe bool
}

// Errors of Start, besides those of the operating system and of Postgres.
var (
	// ErrNoServer: no usable server binaries are installed. The text names the packages to install.
	ErrNoServer = errors.New("no PostgreSQL server found")
	// ErrInUse: another sol uses the directory.
	ErrInUse = errors.New("directory in use")
	// ErrOtherVersion: the data were created by a major version whose binaries are not installed.
	ErrOtherVersion = errors.New("data of another PostgreSQL version")
	// ErrOtherOwner: the data belong to a user other than the one that the server would run as.
	ErrOtherOwner = errors.New("data of another owner")
	// ErrUnreachable: the user that the server runs as cannot enter the directory.
	ErrUnreachable = errors.New("directory not accessible to the server")
)

// Server is a running server. Its methods may be called from any goroutine.
type Server struct {
	cfg         Config
	log         *slog.Logger
	dir         string // canonical
	dataDir     string
	socketDir   string // directory of the socket
	bin         binaries
	account     account
	lockFile    *os.File
	cancel      context.CancelFunc
	done        chan struct{} // the supervisor has ended
	stopNow     chan struct{} // closed: a running stop must become immediate
	stopNowOnce sync.Once

	mu   sync.Mutex
	up   chan struct{} // closed while the server accepts connections
	down chan struct{} // closed while it does not
}

// Start starts the server. It returns when the server accepts connections and role and database `sol` exist. The first start in
// a directory creates the cluster, which takes seconds; recovery after a crash may take longer. Only ctx limits the wait, and it
// limits nothing else. If a server of an earlier sol still runs, Start adopts it, or stops it first when its settings differ.
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
			_ = s.lockFile.Close() // releases the lock; the content is not needed any more
		}
		return nil, fmt.Errorf("own Postgres in %s: %w", cfg.Dir, err)
	}
	return s, nil
}

// start locks the data directory, prepares it, and adopts or starts the server.
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
	runCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	go s.supervise(runCtx, p)
	return nil
}

// URL returns the connection string of a database for role `sol`. The role may create databases and roles, and is not a
// superuser.
func (s *Server) URL(database string) string { return s.url("sol", database) }

// url returns the address of a database for a user.
func (s *Server) url(user, database string) string {
	// PathEscape, because libpq does not decode a plus sign as a space.
	return fmt.Sprintf("postgres://%s@/%s?host=%s&port=%s", user, url.PathEscape(database), url.PathEscape(s.socketDir), port)
}

// ClientDir returns the directory of the server's client programs: psql, pg_dump, pg_restore, and pgbench if it is installed.
func (s *Server) ClientDir() string { return filepath.Dir(s.bin.clientPath("psql")) }

// Down returns a channel that is closed when the running server has died or stopped. After a restart, call Down again.
func (s *Server) Down() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down
}

// Up returns a channel that is closed when the server accepts connections.
func (s *Server) Up() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.up
}

// Stop stops the server by a fast shutdown, which closes connections and keeps committed transactions. After ten seconds, or when
// ctx ends, Stop changes to an immediate shutdown, after which the next start recovers. It returns when no process of the server
// is left. A second call waits for the same end.
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

// markUp records that the server is up, and wakes those who wait for that.
func (s *Server) markUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.up)
	s.down = make(chan struct{})
}

// markDown records that the server is down, and wakes those who wait for that.
func (s *Server) markDown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.down)
	s.up = make(chan struct{})
}

// lockDir locks the directory for this process, until the lock file is closed or the process ends. Error: ErrInUse.
func (s *Server) lockDir() error {
	var err error
	if s.dir, err = ensureDir(s.cfg.Dir); err != nil {
		return err
	}
	s.dataDir = filepath.Join(s.dir, "data")
	s.lockFile, err = acquireLockFile(filepath.Join(s.dir, "lock"))
	return err
}
