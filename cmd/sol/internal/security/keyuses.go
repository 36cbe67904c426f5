// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package security

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/securityevents"
)

// KeyUse is a use of the master key, or a change of keys, by a person at the command line.
type KeyUse struct {
	At      time.Time           `json:"at"`
	Act     securityevents.Kind `json:"act"`           // key.…
	Key     string              `json:"key,omitempty"` // purpose of a key of hashes, and its version; "": the master key
	Person  string              `json:"person"`        // user of the operating system
	Machine string              `json:"machine,omitempty"`
	Address string              `json:"address,omitempty"` // of the ssh client
	Command string              `json:"command"`
}

// KeyUses records and lists uses of keys. Nobody changes or removes a record.
type KeyUses struct{ Pool *pgxpool.Pool } // as role sol_worker

// Record records a use by the person at the command line, for the database and as a security event. It is called before the use, so that none goes
// without.
func (u KeyUses) Record(ctx context.Context, by app.Caller, act securityevents.Kind, key string) error {
	err := pgx.BeginFunc(ctx, u.Pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into security.key_uses (act, key, person, machine, address, command) values ($1, $2, $3, $4, $5, $6)`,
			act, key, by.Actor.ID, by.Client.Workstation, by.Client.Address, by.Client.Purpose)
		if err != nil {
			return err
		}
		return securityevents.Note(ctx, tx, securityevents.Event{
			Kind: act, Key: key, By: by.Actor.ID, Address: by.Client.Address, CommandLine: by.Client.Purpose,
		})
	})
	if err != nil {
		return fmt.Errorf("record the use of a key: %w", err)
	}
	return nil
}

// List returns the last uses, the newest first.
func (u KeyUses) List(ctx context.Context, limit int) ([]KeyUse, error) {
	rows, err := u.Pool.Query(ctx, `select at, act, key, person, machine, address, command from security.key_uses order by at desc, id desc limit $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("list the uses of keys: %w", err)
	}
	uses, err := pgx.CollectRows(rows, pgx.RowToStructByPos[KeyUse])
	if err != nil {
		return nil, fmt.Errorf("list the uses of keys: %w", err)
	}
	return uses, nil
}
