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

// prepare chooses the account and the binaries that fit the cluster, and creates the cluster and the socket's directory if they
// do not exist.
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

// clusterVersion returns the major version that created the cluster in data, 0 when data does not exist.
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

// initialise creates a cluster in a temporary directory and renames it when it is complete, so that a kill never leaves an
// incomplete cluster.
func (s *Server) initialise(ctx context.Context) error {
	start := time.Now()
	s.log.InfoContext(ctx, "own Postgres: creating a new database cluster, this takes some seconds",
		"version", s.bin.major, "dir", s.dataDir, "user", s.account.name)
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
	s.log.InfoContext(ctx, "own Postgres: cluster created", "took", time.Since(start).Round(time.Millisecond))
	return nil
}

// superuser is the cluster's first role. Only this package uses it.
const superuser = "postgres"

// ensureRoleAndDatabase creates role and database `sol`, or resets the rights of the existing role.
func (s *Server) ensureRoleAndDatabase(ctx context.Context) (err error) {
	conn, err := pgx.Connect(ctx, s.url(superuser, "postgres"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	var role, database bool
	const exist = `select exists (select from pg_roles where rolname = 'sol'), exists (select from pg_database where datname = 'sol')`
	err = conn.QueryRow(ctx, exist).Scan(&role, &database)
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
