// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// NoteStart stores the events of a node's start: that it started, and each setting that has another value than at its last start. node names the
// machine and the address. settings are values by name, without passwords.
func NoteStart(ctx context.Context, pool *pgxpool.Pool, node, version string, settings map[string]string) error {
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := Note(ctx, tx, Event{Kind: NodeStarted, Node: node, Version: version}); err != nil {
			return err
		}
		var stored []byte
		err := tx.QueryRow(ctx, `select settings from security.settings where node = $1 for update`, node).Scan(&stored)
		first := errors.Is(err, pgx.ErrNoRows)
		if err != nil && !first {
			return err
		}
		before := map[string]string{}
		if !first {
			if err := json.Unmarshal(stored, &before); err != nil {
				return err
			}
		}
		names := maps.Clone(before)
		maps.Copy(names, settings)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			if first || before[name] == settings[name] {
				continue
			}
			if err := Note(ctx, tx, Event{Kind: SettingChanged, Node: node, Setting: name, Before: before[name], After: settings[name]}); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `
			insert into security.settings (node, settings) values ($1, $2) on conflict (node) do update set settings = excluded.settings`, node, settings)
		return err
	})
	if err != nil {
		return fmt.Errorf("note the start: %w", err)
	}
	return nil
}
