// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/readertags"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// RefreshReaders writes the reader tags of tickets whose tags are missing or out of date, because nodes of an earlier release have written
// them, and returns the number of these tickets. It leaves out tickets with events of a newer release.
func (d *TicketDispatcher) RefreshReaders(ctx context.Context) (int64, error) {
	return readertags.Refresh(ctx, d.store.Pools().Consumer, ticketlog.StreamKind, func(ctx context.Context, id string) ([]string, int, error) {
		tags, version, err := d.dispatcher.Readers(ctx, id)
		if errors.As(err, new(*ticket.UnknownEventError)) {
			return nil, 0, nil
		}
		return tags, version, err
	})
}
