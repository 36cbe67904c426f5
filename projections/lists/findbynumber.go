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

// FindByNumber returns the id of the ticket with a number, or "" if there is none that the viewer may see.
func (r *Reader) FindByNumber(ctx context.Context, v ticketview.Viewer, number string) (id ticket.ID, err error) {
	if !ticketNumberPattern.MatchString(number) {
		return "", nil
	}
	err = r.withSnapshot(ctx, v, func(s snapshot) error {
		err := s.tx.QueryRow(ctx, `select id::text from `+s.table("tickets")+` where number = $1`, number).Scan(&id)
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
