// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// WantsMail tells whether a logged-in citizen is told of news by a mail without content. All are, until they refuse.
func (i *Identity) WantsMail(ctx context.Context, account string) (bool, error) {
	wants := true
	err := i.Pool.QueryRow(ctx, `select mail from identity.preferences where account = $1`, account).Scan(&wants)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, fmt.Errorf("preferences of %s: %w", account, err)
	}
	return wants, nil
}

// SetWantsMail keeps the choice.
func (i *Identity) SetWantsMail(ctx context.Context, account string, wants bool) error {
	_, err := i.Pool.Exec(ctx, `
		insert into identity.preferences (account, mail) values ($1, $2) on conflict (account) do update set mail = excluded.mail`, account, wants)
	if err != nil {
		return fmt.Errorf("preferences of %s: %w", account, err)
	}
	return nil
}
