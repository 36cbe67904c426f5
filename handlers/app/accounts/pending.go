// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accounts

import (
	"context"
	"slices"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
)

// Pending is a request or an emergency access that waits for an administrator, as one reader sees it.
type Pending struct {
	account.Pending
	MayAnswer bool // the reader may confirm, refuse or review it
	Mine      bool // the reader asked for it or used it
	Overdue   bool // an emergency access that was not reviewed in time
}

// Overview lists the requests and emergency accesses that wait for an administrator.
type Overview struct {
	Requests    []Pending
	Emergencies []Pending
}

// ToAnswer returns the number of requests and emergency accesses that the reader may answer.
func (o Overview) ToAnswer() (n int) {
	for _, p := range slices.Concat(o.Requests, o.Emergencies) {
		if p.MayAnswer {
			n++
		}
	}
	return n
}

// Overdue reports whether an emergency access was not reviewed in time.
func (o Overview) Overdue() bool {
	return slices.ContainsFunc(o.Emergencies, func(p Pending) bool { return p.Overdue })
}

// Overview returns what waits, for a reader: an administrator or an auditor.
func (s *Service) Overview(ctx context.Context, reader person.Actor) (o Overview, err error) {
	state, _, err := s.stream.Read(ctx)
	if err != nil || len(state.Requests)+len(state.Emergency) == 0 {
		return o, err
	}
	all, err := s.identity.Administrators(ctx)
	if err != nil {
		return o, err
	}
	now := s.store.Now()
	view := func(p account.Pending) Pending {
		may := reader.Role == person.Administrator && slices.ContainsFunc(state.Confirmers(all, p.By.ID, p.Account),
			func(a account.Administrator) bool { return a.Account == reader.ID })
		return Pending{Pending: p, MayAnswer: may, Mine: p.By.ID == reader.ID, Overdue: !now.Before(*p.Until)}
	}
	for _, r := range state.Requests {
		if now.Before(*r.Until) { // the next maintenance records that the others expired
			o.Requests = append(o.Requests, view(r))
		}
	}
	for _, e := range state.Emergency {
		o.Emergencies = append(o.Emergencies, view(e))
	}
	return o, nil
}

// History returns at most limit events of the account stream, the newest first, with versions below before (0: from the newest): of one
// account, or of all if id is "".
func (s *Service) History(ctx context.Context, id string, before, limit int) (page []Entry, err error) {
	_, entries, err := s.stream.Read(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range slices.Backward(entries) {
		if (before == 0 || e.Record.Version < before) && (id == "" || e.Event.Account == id) && len(page) < limit {
			page = append(page, e)
		}
	}
	return page, nil
}
