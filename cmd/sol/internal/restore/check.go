// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package restore compares the log of a database with what this installation saw of it last, and carries out sol restore --accept.
package restore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/lastseen"
)

// Look returns what is known of the log and what the database at url holds now. file remembers the last seen log. Errors: those of
// lastseen.Compare, for the file, and for the server that the database names as its own.
func Look(ctx context.Context, url, file string) (known, now lastseen.Log, err error) {
	err = withConnection(ctx, url, func(conn *pgx.Conn) error {
		known, now, err = look(ctx, conn, file)
		return err
	})
	return known, now, err
}

func look(ctx context.Context, conn *pgx.Conn, file string) (known, now lastseen.Log, err error) {
	if now, err = lastseen.Read(ctx, conn); err != nil {
		return known, now, err
	}
	if known, err = lastseen.ReadFile(file); err != nil {
		return known, now, err
	}
	if err := lastseen.Compare(ctx, conn, known, now, file); err != nil {
		return known, now, err
	}
	server, err := lastseen.ReadServer(ctx, conn)
	if err == nil {
		err = lastseen.Compare(ctx, conn, server, now, "the database names its server")
	}
	if known.ID == "" {
		known.SystemIdentifier, known.Timeline = server.SystemIdentifier, server.Timeline
	}
	return known, now, err
}

// CheckAfter returns a function that calls prepare, which makes or checks the schema of a database, and then refuses a database whose log
// went back. Otherwise it writes the server into the database, and lets ticket numbers continue after those that this installation has seen:
// another node may have accepted a restore without knowing them.
func CheckAfter(prepare func(ctx context.Context, url string) error, file string) func(ctx context.Context, url string) error {
	return func(ctx context.Context, url string) error {
		if err := prepare(ctx, url); err != nil {
			return err
		}
		return withConnection(ctx, url, func(conn *pgx.Conn) error { return check(ctx, conn, file) })
	}
}

func check(ctx context.Context, conn *pgx.Conn, file string) error {
	known, now, err := look(ctx, conn, file)
	if err != nil {
		return err
	}
	if known.Number > now.Number { // nodes that run may have given out later ones since
		if _, err := conn.Exec(ctx, `select log.continue_numbers($1)`, known.Number); err != nil {
			return fmt.Errorf("continue the ticket numbers: %w", err)
		}
	}
	return lastseen.StoreServer(ctx, conn, now)
}

func withConnection(ctx context.Context, url string, do func(*pgx.Conn) error) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	return do(conn)
}
