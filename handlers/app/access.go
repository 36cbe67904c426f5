// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

// recordAccess records that the caller reads something of a ticket; callers of recordAccess call it before they return the data. A
// read that cannot be recorded fails, so that no read is unrecorded. Tickets and access records are in the same database, so this
// costs no availability.
func (s *Service) recordAccess(ctx context.Context, by Caller, kind accesslog.Kind, id, detail ticket.ID) error {
	return accesslog.Record(ctx, s.Store.Pools(), accesslog.Access{By: by.Actor, Ticket: id, Kind: kind, Detail: detail})
}

// recordSearch records a search for a tax code, with or without results: the citizen may ask who searched for them. It does nothing if
// query is not a valid tax code.
func (s *Service) recordSearch(ctx context.Context, by Caller, query string) error {
	searched, err := s.PersonOf(ctx, query)
	if err != nil || searched.ID == "" {
		return err
	}
	return accesslog.Record(ctx, s.Store.Pools(), accesslog.Access{By: by.Actor, Kind: accesslog.Search, Person: searched.ID})
}

// ListAccesses returns at most limit access records of a ticket and of searches for its citizen, the newest first, with ids below
// before (0: from the newest). It also returns the ticket's state, and the names of the readers by account id. It records this read
// too. Errors: *ticket.NotVisibleError for every role except auditor; eventstore.ErrNotFound.
func (s *Service) ListAccesses(ctx context.Context, by Caller, id ticket.ID, before int64, limit int) (
	_ []accesslog.Entry, state ticket.State, names map[string]string, err error,
) {
	if by.Link != "" || by.Actor.Role != person.Auditor {
		return nil, state, nil, &ticket.NotVisibleError{}
	}
	if state, _, err = s.State(ctx, id); err != nil {
		return nil, state, nil, err
	}
	if err := s.recordAccess(ctx, by, accesslog.Accesses, id, ""); err != nil {
		return nil, state, nil, err
	}
	all, err := accesslog.List(ctx, s.Store.Pools().Request, by.Actor, id, state.Person, before, limit)
	if err != nil {
		return nil, state, nil, err
	}
	var ids []string
	for _, e := range all {
		ids = append(ids, e.By.ID)
	}
	names, err = s.Identity.Names(ctx, ids)
	return all, state, names, err
}
