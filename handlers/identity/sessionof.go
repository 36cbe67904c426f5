// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// IsSessionOf reports whether the session of a token was started for a person, by the person's id at the session's provider.
func (i *Identity) IsSessionOf(ctx context.Context, token, subject string) (same bool, err error) {
	err = i.Pools.Session.QueryRow(ctx, `select coalesce(provider_subject = any ($2), false) from identity.sessions where token = $1`,
		hashToken(token), i.Bindings.SubjectHashes(subject)).Scan(&same)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, fmt.Errorf("whose session it is: %w", err)
	}
	return same, nil
}
