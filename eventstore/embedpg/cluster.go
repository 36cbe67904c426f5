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
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// prepare finds binaries, user, cluster and socket that belong together, and makes what is not there yet.
func (s *Server) prepare(ctx context.Context) error {
	var err error
	if s.account, err = chooseAccount(s.dataDir); err != nil {
		return err
	}
	major, err := clusterVersion(s.dataDir)
	if err != nil {
		return err
	}
	if s.bin, err = findBinaries(ctx, major); err != nil {
		return err
	}
	if err = s.account.checkAccess(s.bin, s.dir); err != nil {
		return err
	}
	if major == 0 {
		if err = s.initialise(ctx); err != nil {
			return err
		}
	}
	s.socketDir, err = prepareSocketDir(s.dir, s.account)
	return err
}

// clusterVersion is the major version that made the cluster; 0 when there is none.
func clusterVersion(data string) (int, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		if _, err := os.Lstat(data); err == nil {
			return 0, fmt.Errorf("%s holds no PostgreSQL cluster; move it away, or set SOL_DATA_DIR to another directory", data)
		}
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// initialise makes a cluster beside its place and moves it there when it is whole, so that being killed meanwhile
// leaves nothing half made.
func (s *Server) initialise(ctx context.Context) error {
	begun := time.Now()
	s.log.InfoContext(ctx, "own Postgres: making a new database cluster, this takes some seconds", "version", s.bin.major, "dir", s.dataDir, "user", s.account.name)
	fresh := s.dataDir + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return err
	}
	if err := s.account.chown(fresh); err != nil {
		return err
	}
	locale := "C.UTF-8"
	if runtime.GOOS == "darwin" {
		locale = "C"
	}
	args := []string{"-D", fresh, "-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=" + locale, "--data-checksums"}
	if s.cfg.Unsafe {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, s.bin.path("initdb"), args...)
	s.account.prepareCommand(cmd, fresh)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	if err := os.Rename(fresh, s.dataDir); err != nil {
		return err
	}
	s.log.InfoContext(ctx, "own Postgres: cluster made", "took", time.Since(begun).Round(time.Millisecond))
	return nil
}

// superuser is the cluster's first role. Nothing but this package uses it.
const superuser = "postgres"

// ensureRoleAndDatabase makes role and database `sol`, or puts the role's rights right.
func (s *Server) ensureRoleAndDatabase(ctx context.Context) (err error) {
	conn, err := pgx.Connect(ctx, s.url(superuser, "postgres"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	var role, database bool
	err = conn.QueryRow(ctx, `select exists (select from pg_roles where rolname = 'sol'), exists (select from pg_database where datname = 'sol')`).Scan(&role, &database)
	if err != nil {
		return err
	}
	statements := []string{"alter role sol login createdb createrole nosuperuser nobypassrls noreplication"}
	if !role {
		statements[0] = "create" + strings.TrimPrefix(statements[0], "alter")
	}
	if !database {
		statements = append(statements, "create database sol owner sol")
	}
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}
