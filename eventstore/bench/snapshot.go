// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
)

// Snapshot measures durable appends while another transaction keeps the snapshot with which it began, and compares them with the
// appends just before, without that transaction. It writes one Figure a line, as JSON. The defaults are those of Append.
func Snapshot(ctx context.Context, w io.Writer, cfg Config) error {
	cfg.setDefaults()
	settings, err := durabilitySettings(ctx, cfg.URL)
	if err != nil {
		return err
	}
	out := json.NewEncoder(w)
	for _, writers := range cfg.Writers {
		without, err := measureAppends(ctx, cfg, writers)
		if err != nil {
			return fmt.Errorf("bench snapshot with %d writers: %w", writers, err)
		}
		with, err := measureAppendsWithSnapshot(ctx, cfg, writers)
		if err != nil {
			return fmt.Errorf("bench snapshot with %d writers: %w", writers, err)
		}
		f := Figure{
			Name: fmt.Sprintf("append-snapshot-%d", writers), Value: with, Unit: "events/s",
			Against: fmt.Sprintf("no open transaction: %.0f events/s (%s)", without, settings), Ratio: with / without,
		}
		if err := out.Encode(f); err != nil {
			return fmt.Errorf("bench snapshot: %w", err)
		}
	}
	return nil
}

// measureAppendsWithSnapshot does the same as measureAppends while a transaction with an old snapshot is open.
func measureAppendsWithSnapshot(ctx context.Context, cfg Config, writers int) (_ float64, err error) {
	conn, err := pgx.Connect(ctx, cfg.URL)
	if err != nil {
		return 0, fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	if err != nil {
		return 0, fmt.Errorf("open the transaction: %w", err)
	}
	defer func() { err = errors.Join(err, tx.Rollback(context.WithoutCancel(ctx))) }()
	if _, err := tx.Exec(ctx, `select from log.logs`); err != nil { // takes the snapshot
		return 0, fmt.Errorf("take the snapshot: %w", err)
	}
	return measureAppends(ctx, cfg, writers)
}
