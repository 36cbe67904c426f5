// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// ErrTransactionMode: the URL leads to PgBouncer in transaction mode, where settings, leases, LISTEN and the locks of a session do not
// work.
var ErrTransactionMode = errors.New("the database URL leads to a pooler in transaction mode")

// RefuseTransactionMode returns ErrTransactionMode if a pooler gives each transaction another connection of the server. A pooler gives its
// clients process ids of its own. In transaction mode two of its clients that are idle in turn get the same process of the server; in
// session mode each client keeps its own.
func RefuseTransactionMode(ctx context.Context, url string) error {
	first, err := connectPlainly(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = first.Close(ctx) }()
	own, err := serverProcess(ctx, first)
	if err != nil || own == first.PgConn().PID() {
		return err // without a pooler
	}
	second, err := connectPlainly(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = second.Close(ctx) }()
	for range 10 { // other clients may take the process in between
		other, err := serverProcess(ctx, second)
		if err != nil {
			return err
		}
		again, err := serverProcess(ctx, first)
		if err != nil {
			return err
		}
		if other == own || again != own {
			return ErrTransactionMode
		}
	}
	return nil
}

// ErrOtherDatabase: two URLs lead to different databases.
var ErrOtherDatabase = errors.New("the URLs lead to different databases")

// RefuseOtherDatabase returns ErrOtherDatabase if two URLs lead to databases with different names, or on servers that were started at
// different times.
func RefuseOtherDatabase(ctx context.Context, first, second string) error {
	var databases [2]string
	for n, url := range []string{first, second} {
		conn, err := connectPlainly(ctx, url)
		if err != nil {
			return err
		}
		results, err := conn.PgConn().Exec(ctx, "select current_database() || ' ' || extract(epoch from pg_postmaster_start_time())").ReadAll()
		_ = conn.Close(ctx)
		if err != nil {
			return err
		}
		databases[n] = string(results[0].Rows[0][0])
	}
	if databases[0] != databases[1] {
		return ErrOtherDatabase
	}
	return nil
}

// connectPlainly connects without settings.
func connectPlainly(ctx context.Context, url string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	config.DialFunc = dialer.DialContext
	return pgx.ConnectConfig(ctx, config)
}

// serverProcess returns the id of the server's process that carries out a statement.
func serverProcess(ctx context.Context, conn *pgx.Conn) (uint32, error) {
	results, err := conn.PgConn().Exec(ctx, "select pg_backend_pid()").ReadAll()
	if err != nil {
		return 0, err
	}
	pid, err := strconv.ParseUint(string(results[0].Rows[0][0]), 10, 32)
	return uint32(pid), err
}
