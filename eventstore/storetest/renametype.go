// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package storetest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// RenameEventType changes the stored type of all events of a stream with the type from. So a test makes an event that this release does not
// know, as a newer release records it, and makes it known again. The event's hash does not fit afterwards.
func (d *DB) RenameEventType(t testing.TB, stream, from, to string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	err = pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `alter table log.events disable trigger append_only`); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `update log.events set type = $3 where stream = $1::text::uuid and type = $2`, stream, from, to)
		if err != nil {
			return err
		}
		_, err = tx.Exec(t.Context(), `alter table log.events enable always trigger append_only`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
