// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// Login is a stored login record (identity.RecordLogin writes them).
type Login struct {
	ID       int64
	At, Last time.Time // of the first and the last that were added up
	Kind     string    // login, failure, lock or unlock
	Account  string    // UUID; "": no account has the name that was typed
	Address  string    // "": several, or not known
	By       string    // UUID of the administrator who unlocked; otherwise ""
	Count    int
	Provider string // name of the identity provider; "": user name, password and PIN, or several
	Reason   string // code of the refusal of a failure at a provider; otherwise ""
}

// ListLogins returns at most limit login records, the newest first, with ids below before (0: from the newest): of an account, or of all if
// account is "". Row-level security returns rows to the role auditor only; for other readers the list is empty.
func ListLogins(ctx context.Context, requests *pgpool.Requests, reader person.Actor, account string, before int64, limit int) (logins []Login, err error) {
	err = requests.InTx(ctx, ticketlog.ReaderOf(reader), "logins", pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select id, at, last_at, what, account, address, person, count, provider, reason from shown.logins
			where ($1 = '' or account = $1) and ($2::bigint = 0 or id < $2) order by id desc limit $3`, account, before, limit)
		if err != nil {
			return err
		}
		logins, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Login, err error) {
			err = row.Scan(&l.ID, &l.At, &l.Last, &l.Kind, &l.Account, &l.Address, &l.By, &l.Count, &l.Provider, &l.Reason)
			l.At, l.Last = l.At.UTC(), l.Last.UTC()
			return l, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list logins: %w", err)
	}
	return logins, nil
}
