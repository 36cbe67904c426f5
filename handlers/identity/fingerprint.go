// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/sol-assistenza/sol/domain/person"
)

// Fingerprint returns what stands for a session where its token must not stand: who has it cannot use the session.
func Fingerprint(token string) string { return hex.EncodeToString(hashToken(token)) }

// IsOpen reports whether the session with a fingerprint has not ended and is that of an actor, in this role at this entity.
func (i *Identity) IsOpen(ctx context.Context, fingerprint string, by person.Actor) (open bool, err error) {
	hash, err := hex.DecodeString(fingerprint)
	if err != nil {
		return false, nil
	}
	release, err := i.Pools.ShareCheck(ctx)
	if err != nil {
		return false, fmt.Errorf("find session: %w", err)
	}
	defer release()
	now := i.Now()
	err = i.Pools.Session.QueryRow(ctx, `
		select exists (
			select from identity.sessions s
			join identity.accounts a on a.id = s.account and a.disabled_at is null
			join identity.placements p on p.id = s.placement and p.valid_from <= $2 and (p.valid_to is null or p.valid_to > $2)
			where s.token = $1 and s.begun_at > $3 and s.seen_at > $4 and a.id::text = $5 and p.role = $6 and p.entity = $7)`,
		hash, now, now.Add(-i.Lifetime), now.Add(-i.IdleTimeout), by.ID, string(by.Role), string(by.Entity)).Scan(&open)
	if err != nil {
		return false, fmt.Errorf("find session: %w", err)
	}
	return open, nil
}
