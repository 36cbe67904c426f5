// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/projections/lists/searchterms"
)

// RecordQuestion records that the system asks the connected system of an entity about the citizen of a ticket. Callers call it before they
// ask.
func (d *TicketDispatcher) RecordQuestion(ctx context.Context, by person.Actor, id ticket.ID, query playbook.Query) error {
	_, err := d.AccessLog.Record(ctx, accesslog.Access{By: by, Ticket: id, Controller: by.Entity, Kind: accesslog.Question, Detail: string(query)})
	return err
}

// entityOf returns the competent entity of a ticket. Error: eventstore.ErrNotFound.
func (s *Service) entityOf(ctx context.Context, id ticket.ID) (catalog.EntityCode, error) {
	state, _, err := s.State(ctx, id)
	return state.Entity, err
}

// searchedAs returns the hashes of every term with which a search can have been for the person of a ticket; none after an erasure.
func (s *Service) searchedAs(ctx context.Context, id ticket.ID) ([]string, error) {
	history, err := s.History(ctx, id)
	if err != nil {
		return nil, err
	}
	terms := []string{}
	for _, r := range history {
		if opened, ok := r.Event.(ticket.Opened); ok {
			terms = append(terms, searchterms.OfPerson(opened.Personal)...)
		}
		if corrected, ok := r.Event.(ticket.ContactsCorrected); ok && corrected.Personal != nil {
			terms = append(terms, searchterms.OfPerson(&ticket.Form{Email: corrected.Personal.Email, Phone: corrected.Personal.Phone})...)
		}
	}
	return s.Looks.HashSearched(terms, true), nil
}

// ListAccesses returns at most limit access records of a ticket and of searches for its citizen, the newest first, with ids below
// before (0: from the newest). It also returns the ticket's state, and the names of the readers by account id. It records this read
// too. Errors: *ticket.NotVisibleError for every role except auditor; eventstore.ErrNotFound.
func (s *Service) ListAccesses(ctx context.Context, by Caller, id ticket.ID, before int64, limit int) (
	_ []accesslog.Entry, state ticket.State, names map[string]string, err error,
) {
	if !by.May(policy.ReadAccesses) {
		return nil, state, nil, &ticket.NotVisibleError{}
	}
	if state, _, err = s.StateFor(ctx, by.Viewer(), id); err != nil {
		return nil, state, nil, err
	}
	if !state.Allows(by.Actor, policy.ReadAccesses) {
		return nil, state, nil, &ticket.NotVisibleError{}
	}
	if err := s.AccessLog.RecordTypedSearches(ctx, true); err != nil {
		return nil, state, nil, err
	}
	if err := s.Looks.Record(ctx, by, accesslog.Access{Kind: accesslog.Accesses, Ticket: id, Controller: state.Entity}); err != nil {
		return nil, state, nil, err
	}
	searched, err := s.searchedAs(ctx, id)
	if err != nil {
		return nil, state, nil, err
	}
	all, err := accesslog.List(ctx, s.Store.Pools().Request, by.Actor, id, state.Person, searched, before, limit)
	if err != nil {
		return nil, state, nil, err
	}
	var ids []string
	for _, e := range all {
		ids = append(ids, e.By.ID)
	}
	names, err = s.Identity.Names(ctx, by.Viewer().Reader(), ids)
	return all, state, names, err
}
