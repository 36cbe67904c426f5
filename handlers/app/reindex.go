// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// ReindexPersons enters the persons of all tickets in the directory; see persons.Directory.Reindex. All nodes must have this release.
func (s *Service) ReindexPersons(ctx context.Context, progress func(tickets int64)) (persons.Reindexed, error) {
	return s.persons.Reindex(ctx, s.taxCodeOf, progress)
}

// taxCodeOf returns the tax code in the form of a ticket; "" if it is erased.
func (s *Service) taxCodeOf(ctx context.Context, stream eventstore.StreamID) (string, error) {
	records, err := s.Store.ReadStream(ctx, stream)
	if err != nil {
		return "", fmt.Errorf("form of ticket %s: %w", stream, err)
	}
	if records[0].Kind != ticketlog.StreamKind {
		return "", nil
	}
	first, err := ticketlog.Decode(records[0])
	if err != nil {
		return "", err
	}
	if opened, ok := first.Event.(ticket.Opened); ok && opened.Personal != nil {
		return opened.Personal.TaxCode, nil
	}
	return "", nil
}
