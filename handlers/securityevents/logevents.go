// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/rolemapping"
)

// ticketKinds maps the stored names of events of tickets that are security events to their kinds.
var ticketKinds = map[string]Kind{
	"ticket.personal-data-erased.v1": KeyTicketDestroyed, "ticket.access-restricted.v1": TicketRestricted, "ticket.restriction-lifted.v1": RestrictionEnded,
}

// logEventTypes are the stored names of the log's events that are security events.
var logEventTypes = slices.Concat(account.EventNames(), agreement.EventNames(), rolemapping.EventNames(), slices.Collect(maps.Keys(ticketKinds)))

// scannedPositions is the number of positions of the log, or of the access log, that one query reads.
const scannedPositions = 5000

// logEvents is the source of changes of accounts, agreements and erasures: events of the log, by position.
type logEvents struct{ pool *pgxpool.Pool }

func (logEvents) name() string { return "log" }

func (logEvents) begin(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `
		insert into security.sources (name, position) select 'log', coalesce(max(position), 0) from log.events on conflict do nothing`)
	return err
}

// logRow is a row of log.events.
type logRow struct {
	Position     int64
	Stream, Type string
	At           time.Time
	By           person.Actor
	Data         []byte
}

// waiting implements source. Positions have no gap and are in the order of the commits, so none is skipped.
func (l logEvents) waiting(ctx context.Context, limit int) ([]Event, ackFunc, error) {
	var from, to int64
	err := l.pool.QueryRow(ctx, `
		select s.position, least(s.position + $1, coalesce((select max(position) from log.events), 0)) from security.sources s where s.name = 'log'`,
		scannedPositions).Scan(&from, &to)
	if err != nil {
		return nil, nil, fmt.Errorf("read position: %w", err)
	}
	if to <= from {
		return nil, nil, nil
	}
	rows, err := l.pool.Query(ctx, `
		select position, stream::text, type, recorded_at, actor, role, entity, data from log.events
		where position > $1 and position <= $2 and type = any ($3) order by position limit $4`, from, to, logEventTypes, limit)
	if err != nil {
		return nil, nil, fmt.Errorf("read events: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r logRow, err error) {
		err = row.Scan(&r.Position, &r.Stream, &r.Type, &r.At, &r.By.ID, &r.By.Role, &r.By.Entity, &r.Data)
		return r, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read events: %w", err)
	}
	if len(found) == limit {
		to = found[limit-1].Position
	}
	events := make([]Event, len(found))
	for i, r := range found {
		if events[i], err = r.event(); err != nil {
			return nil, nil, err
		}
	}
	return events, setPosition("log", to, nil), nil
}

// setPosition returns the function that stores how far the receiver has a source.
func setPosition(source string, to int64, at *time.Time) ackFunc {
	return func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update security.sources set position = $2, at = $3 where name = $1`, source, to, at)
		return err
	}
}

// accountKinds maps the kinds of account events to those of security events.
var accountKinds = map[account.Kind]Kind{
	account.Changed: AccountChanged, account.Requested: ChangeRequested, account.Confirmed: ChangeConfirmed, account.Refused: ChangeRefused,
	account.Withdrawn: ChangeWithdrawn, account.Expired: ChangeExpired, account.Emergency: EmergencyUsed, account.Reviewed: EmergencyReviews,
}

// event returns the security event of a row. The sealed part of the row, which may hold a reason, is not read.
func (r logRow) event() (Event, error) {
	e := Event{
		ID: fmt.Sprintf("log/%d", r.Position), Time: r.At, Count: 1,
		By: r.By.ID, ByRole: string(r.By.Role), ByEntity: string(r.By.Entity),
	}
	switch {
	case ticketKinds[r.Type] != "":
		e.Kind, e.Ticket = ticketKinds[r.Type], r.Stream
	case slices.Contains(rolemapping.EventNames(), r.Type):
		m, err := rolemapping.Decode(r.Type, r.Data)
		if err != nil {
			return Event{}, fmt.Errorf("position %d: %w", r.Position, err)
		}
		e.Kind, e.Provider, e.Detail = MappingConfirmed, m.Provider, map[bool]string{true: "in-force", false: "first-confirmation"}[m.InForce]
	case slices.Contains(agreement.EventNames(), r.Type):
		a, err := agreement.Decode(r.Type, r.Data)
		if err != nil {
			return Event{}, fmt.Errorf("position %d: %w", r.Position, err)
		}
		e.Kind, e.Entity, e.Detail = AgreementRecorded, string(a.Entity), string(a.Use)
		if a.Kind == agreement.Ended {
			e.Kind = AgreementEnded
		}
	default:
		a, err := account.Decode(r.Type, r.Data, nil)
		if err != nil {
			return Event{}, fmt.Errorf("position %d: %w", r.Position, err)
		}
		e.Kind, e.Account, e.Operation, e.Change, e.Role, e.Entity, e.Justified = accountKinds[a.Kind], a.Account, string(a.Operation), a.ID, string(a.Role), string(a.Entity), a.Justified
		e.Detail, e.Provider = string(a.Factor.Kind), a.Binding.Provider
	}
	return e, nil
}
