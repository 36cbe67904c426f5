// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// createPlainTable creates a table whose rows have the size and keys of an event's row, without its guarantees.
const createPlainTable = `
	drop schema if exists bench cascade;
	create schema bench;
	create table bench.plain (
		id bigint generated always as identity primary key, stream uuid, version integer, type text,
		at timestamptz default clock_timestamp(), actor text, data bytea, hash bytea)`

var tpsPattern = regexp.MustCompile(`tps = ([0-9.]+) \(without`)

// measureInserts returns the number of rows per second that pgbench inserts. Each transaction inserts one row, and each client waits
// for its commit.
func measureInserts(ctx context.Context, cfg Config, clients int) (_ float64, err error) {
	if err := execute(ctx, cfg.URL, createPlainTable); err != nil {
		return 0, err
	}
	defer func() {
		err = errors.Join(err, execute(context.WithoutCancel(ctx), cfg.URL, `drop schema bench cascade`))
	}()

	dir, err := os.MkdirTemp("", "solbench")
	if err != nil {
		return 0, fmt.Errorf("pgbench script: %w", err)
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "insert.sql")
	statement := fmt.Sprintf(`insert into bench.plain (stream, version, type, actor, data, hash)
		values (gen_random_uuid(), 1, 'bench.written.v1', 'bench', decode(repeat('78', %d), 'hex'), decode(repeat('00', 32), 'hex'));`,
		cfg.DataBytes+cfg.PersonalBytes)
	if err := os.WriteFile(script, []byte(statement), 0o600); err != nil {
		return 0, fmt.Errorf("pgbench script: %w", err)
	}

	address, password, err := splitPassword(cfg.URL)
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, cfg.Pgbench, "--no-vacuum", "--protocol=prepared", "--file="+script,
		"--client="+strconv.Itoa(clients), "--jobs="+strconv.Itoa(min(clients, runtime.NumCPU())),
		"--time="+strconv.Itoa(max(1, int(cfg.Duration.Seconds()))), address)
	cmd.Env = append(os.Environ(), password...)
	output, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %s", err, output)
	}
	found := tpsPattern.FindSubmatch(output)
	if found == nil {
		return 0, fmt.Errorf("no rate in the output of pgbench: %s", output)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

// splitPassword returns the address without its password, and the password as an environment variable: other users of the machine can
// read a command line.
func splitPassword(address string) (string, []string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", nil, fmt.Errorf("database URL: %w", err)
	}
	password, ok := u.User.Password()
	if !ok {
		return address, nil, nil
	}
	u.User = url.User(u.User.Username())
	return u.String(), []string{"PGPASSWORD=" + password}, nil
}

// FindPgbench returns the path of pgbench, "" if there is none. It searches dir, the directory of the server's client programs; PATH; and
// the directories of Linux distributions.
func FindPgbench(dir string) string {
	candidates := []string{filepath.Join(dir, "pgbench")}
	if found, err := exec.LookPath("pgbench"); err == nil {
		candidates = append(candidates, found)
	}
	installed, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench") // fails on a bad pattern only
	for _, path := range append(candidates, installed...) {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && filepath.IsAbs(path) {
			return path
		}
	}
	return ""
}

// execute executes statements on a connection of their own.
func execute(ctx context.Context, address, sql string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	return nil
}
