// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// markOpened stores that the operator of a ticket has opened it with a reply that waits for them: lists show «il cittadino ha risposto» no more.
// On a ticket without an operator the mark stays until somebody takes it or answers.
func (s *Service) markOpened(ctx context.Context, by Caller, id ticket.ID, state ticket.State) error {
	if state.Answered == 0 || by.Link != "" || !by.Actor.Operates(state.Entity) || state.Assignee.Operator != by.Actor.ID {
		return nil
	}
	release, err := s.Store.Pools().ShareSession(ctx, "opened")
	if err != nil {
		return fmt.Errorf("mark ticket %s as opened: %w", id, err)
	}
	defer release()
	_, err = s.Store.Pools().Session.Exec(ctx, `
		insert into notice.opened as o (ticket, account, version) values ($1::text::uuid, $2, $3)
		on conflict (ticket, account) do update set version = excluded.version where o.version < excluded.version`,
		string(id), by.Actor.ID, state.Answered)
	if err != nil {
		return fmt.Errorf("mark ticket %s as opened: %w", id, err)
	}
	return nil
}
