// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// WantsMail reports whether a citizen with an account gets a mail without content for each notification. The default is true.
func (i *Identity) WantsMail(ctx context.Context, account string) (bool, error) {
	wantsMail := true
	err := i.Pools.Read.QueryRow(ctx, `select mail from identity.preferences where account = $1`, account).Scan(&wantsMail)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, fmt.Errorf("preferences of %s: %w", account, err)
	}
	return wantsMail, nil
}

// SetWantsMail stores the choice of WantsMail.
func (i *Identity) SetWantsMail(ctx context.Context, account string, wantsMail bool) error {
	_, err := i.Pools.ExecDurably(ctx, `
		insert into identity.preferences (account, mail) values ($1, $2) on conflict (account) do update set mail = excluded.mail`, account, wantsMail)
	if err != nil {
		return fmt.Errorf("preferences of %s: %w", account, err)
	}
	return nil
}
