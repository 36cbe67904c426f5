// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

// recordAccess records that the caller reads something of a ticket, before they get it. A read that cannot be recorded is refused:
// what is read lies in the same database, so nobody loses by it who would not lose anyway, and nobody reads unseen.
func (c *Service) recordAccess(ctx context.Context, by Caller, what accesslog.Kind, of, detail ticket.ID) error {
	return accesslog.Record(ctx, c.Store.RequestPool(), accesslog.Access{By: by.Actor, Ticket: of, Kind: what, Detail: detail})
}

// recordSearch records a search for a codice fiscale, whatever it finds: the citizen may ask who looked for them.
func (c *Service) recordSearch(ctx context.Context, by Caller, q string) error {
	subject := c.HashTaxCode(q)
	if subject == "" {
		return nil
	}
	return accesslog.Record(ctx, c.Store.RequestPool(), accesslog.Access{By: by.Actor, Kind: accesslog.Search, Subject: subject})
}

// ListAccesses are who read a ticket and who searched for its citizen, the newest first: at most limit, before the entry with
// an id (0: from the newest on). names are those of the accounts among them. Every look is an access too. Errors:
// *ticket.NotYoursError for all but auditors, eventstore.ErrNotFound.
func (c *Service) ListAccesses(ctx context.Context, by Caller, of ticket.ID, before int64, limit int) (_ []accesslog.Entry, on ticket.State, names map[string]string, err error) {
	if by.Link != "" || by.Actor.Role != person.Auditor {
		return nil, on, nil, &ticket.NotVisibleError{}
	}
	if on, _, err = c.State(ctx, of); err != nil {
		return nil, on, nil, err
	}
	if err := c.recordAccess(ctx, by, accesslog.Accesses, of, ""); err != nil {
		return nil, on, nil, err
	}
	all, err := accesslog.List(ctx, c.Store.RequestPool(), by.Actor, of, on.Subject, before, limit)
	if err != nil {
		return nil, on, nil, err
	}
	var ids []string
	for _, e := range all {
		ids = append(ids, e.By.ID)
	}
	names, err = c.Identity.Names(ctx, ids)
	return all, on, names, err
}
