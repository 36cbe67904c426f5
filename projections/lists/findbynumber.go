// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

var ticketNumberPattern = regexp.MustCompile(`^[0-9]{4}-[0-9]{1,19}$`)

// FindByNumber finds the ticket that has exactly this number, if the viewer may see it; "" otherwise.
func (r *Reader) FindByNumber(ctx context.Context, v ticketview.Viewer, number string) (id ticket.ID, err error) {
	if !ticketNumberPattern.MatchString(number) {
		return "", nil
	}
	err = r.withSnapshot(ctx, v, func(seen snapshot) error {
		err := seen.tx.QueryRow(ctx, `select id::text from `+seen.table("tickets")+` where number = $1`, number).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("find ticket by number: %w", err)
	}
	return id, nil
}
