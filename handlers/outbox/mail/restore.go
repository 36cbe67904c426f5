// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// MarkUncertain marks every mail that waits or is being sent as uncertain, in the transaction that begins an epoch, and returns their
// number. The lost log may have sent them. A person decides about each: nothing sends it by itself.
func MarkUncertain(ctx context.Context, tx pgx.Tx) (int64, error) {
	tag, err := tx.Exec(ctx, `
		update mail.deliveries set state = 'uncertain', uncertain = true, error = 'a restore lost what became of it'
		where state in ('waiting', 'sending')`)
	if err != nil {
		return 0, fmt.Errorf("mark mails as uncertain: %w", err)
	}
	return tag.RowsAffected(), nil
}
