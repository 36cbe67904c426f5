// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/unusual"
)

// manyLooks is the number of tickets that one operator opens on a day without an act, if the entity has so many.
const manyLooks = 45

// look is an opening of a ticket in the past.
type look struct {
	at     time.Time
	by     person.Actor
	ticket ticket.ID
}

// recordPastLooks appends openings of tickets in the past to an access log that is still empty, as the owner of the database, and evaluates the rules for
// unusual reading. No command does: a record gets the time of the database.
func recordPastLooks(ctx context.Context, s *app.Service, ownerURL string, p Params, plan []Step) error {
	owner, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer func() { _ = owner.Close(ctx) }() // what was written is committed
	err = pgx.BeginFunc(ctx, owner, func(tx pgx.Tx) error {
		var filled bool
		if err := tx.QueryRow(ctx, `select exists (select from access.records)`).Scan(&filled); err != nil || filled {
			return err
		}
		if _, err := tx.Exec(ctx, `alter table access.records no force row level security`); err != nil { // nobody but the appending functions may insert
			return err
		}
		for n, l := range pastLooks(p, plan) {
			if err := l.insert(ctx, tx, n+1); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `update access.months m set first_position = r.first from (
			select date_trunc('month', at at time zone 'UTC')::date as month, min(position) as first from access.records group by 1) r where r.month = m.month`)
		if err == nil {
			_, err = tx.Exec(ctx, `alter table access.records force row level security`)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("demo: looks of the past: %w", err)
	}
	finder := unusual.Finder{Pools: s.Store.Pools(), Agreements: s.Agreements.State}
	for range 1 + p.Months { // it evaluates a month at a time
		if _, err := finder.Find(ctx); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return nil
}

// pastLooks returns the looks in the order of time: at the ticket of the employee, and at many tickets that another operator had nothing to do with.
func pastLooks(p Params, plan []Step) (all []look) {
	var own ticket.ID
	var staff []person.Actor // of the entity with agreements, in the order of their first steps
	worked := map[ticket.ID]map[string]bool{}
	seen := map[string]bool{}
	for _, s := range plan {
		if _, restricts := s.Command.(ticket.RestrictAccess); restricts {
			own = s.Ticket
			all = append(all, look{p.Until.Add(-supervisorLooks), s.By, own})
		}
		if worked[s.Ticket] == nil {
			worked[s.Ticket] = map[string]bool{}
		}
		worked[s.Ticket][s.By.ID] = true
		if s.By.Role == person.ASROperator && s.By.Entity == withAgreements && !seen[s.By.ID] {
			seen[s.By.ID] = true
			staff = append(staff, s.By)
		}
	}
	for _, by := range staff {
		if own != "" && !worked[own][by.ID] {
			all = append([]look{{p.Until.Add(-colleagueLooks), by, own}}, all...)
			break
		}
	}
	if len(staff) == 0 {
		return all
	}
	reader, n := staff[len(staff)-1], 0
	for _, s := range plan {
		o, opens := s.Command.(ticket.Open)
		if opens && o.Entity == withAgreements && s.Ticket != own && s.At.Before(p.Until.Add(-week)) && !worked[s.Ticket][reader.ID] && n < manyLooks {
			all = append(all, look{p.Until.Add(-week + time.Duration(n)*time.Minute), reader, s.Ticket})
			n++
		}
	}
	return all
}

func (l look) insert(ctx context.Context, tx pgx.Tx, position int) error {
	if _, err := tx.Exec(ctx, `select access.make_month(date_trunc('month', $1::timestamptz at time zone 'UTC')::date)`, l.at); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		insert into access.records (position, at, kind, outcome, person, role, entity, controller, ticket, detail, subject, session, address, workstation, command_line, purpose, login, leaf)
		select (r).position, (r).at, (r).kind, (r).outcome, (r).person, (r).role, (r).entity, (r).controller, (r).ticket, (r).detail, (r).subject, (r).session, (r).address,
			(r).workstation, (r).command_line, (r).purpose, (r).login, access.leaf(r)
		from (select row($1::bigint, $2::timestamptz, 'ticket', 'shown', $3::text, $4::text, $5::text, $5::text, $6::text::uuid, null, null, '', '', null, null, null, '', '192.0.2.10',
			'postazione-prova', false, '', null, session_user, null)::access.records as r offset 0) made`, position, l.at, l.by.ID, string(l.by.Role), string(l.by.Entity), string(l.ticket))
	return err
}
