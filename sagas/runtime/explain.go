// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// SagaStatus is the progress of one version of a saga.
type SagaStatus struct {
	Saga      string     `json:"saga"`
	Version   int        `json:"version"`
	Live      bool       `json:"live"`     // its timers are dispatched; false: it is catching up, or was replaced
	Position  int64      `json:"position"` // position of the last event that it has handled
	Lag       int64      `json:"behind"`   // events that it has not handled yet
	Instances int        `json:"instances"`
	Timers    int        `json:"timers"`
	Failing   int        `json:"failing"`            // timers that have failed and are retried
	NextDue   *time.Time `json:"next_due,omitempty"` // due time of the earliest timer
	Skipped   int        `json:"skipped"`            // streams that it left at an event of a newer release
}

// Timer is a stored command with the time at which it is due.
type Timer struct {
	Saga        string    `json:"saga"`
	Ticket      ticket.ID `json:"ticket"`
	Key         string    `json:"key"`
	Due         time.Time `json:"due_at"`
	NextAttempt time.Time `json:"next_at"` // later than Due after failures
	Command     string    `json:"command"`
	Why         string    `json:"why"`
	Cause       int64     `json:"cause"` // position of the event that set the timer
	Attempts    int       `json:"attempts,omitempty"`
	Error       string    `json:"error,omitempty"` // error of the last attempt
}

// String returns an English sentence that says what the timer will do, when and why.
func (t Timer) String() string {
	line := fmt.Sprintf("%s on %s because %s", describeCommand(t.Command), formatTime(t.Due), t.Why)
	if t.Attempts > 0 {
		line += fmt.Sprintf(" (tried %d times, again on %s: %s)", t.Attempts, formatTime(t.NextAttempt), t.Error)
	}
	return line
}

// Decision is an entry of the journal: an action of a saga on a ticket, or the outcome of a timer.
type Decision struct {
	Saga    string     `json:"saga"`
	Version int        `json:"version"`
	At      time.Time  `json:"at"`
	What    string     `json:"what"` // schedule, reschedule, cancel, dispatch, send, later; done, refused
	Key     string     `json:"key"`
	Due     *time.Time `json:"due_at,omitempty"`
	Command string     `json:"command,omitempty"`
	Why     string     `json:"why,omitempty"`
	Cause   int64      `json:"cause"` // position of the event that caused it
}

// String returns an English sentence that says what was decided, when and why.
func (d Decision) String() string {
	line := fmt.Sprintf("%s: %s %s", formatTime(d.At), d.What, d.Key)
	if d.Due != nil && (d.What == "schedule" || d.What == "reschedule" || d.What == "later") {
		line += ": " + describeCommand(d.Command) + " on " + formatTime(*d.Due)
	}
	if d.Why != "" {
		line += " because " + d.Why
	}
	return line
}

// Instance is the state of a saga for one ticket.
type Instance struct {
	Saga     string          `json:"saga"`
	Version  int             `json:"version"`
	State    json.RawMessage `json:"state"`
	Position int64           `json:"position"` // position of the last event that changed it
}

// Explanation holds the states, timers and journal of all live sagas for one ticket.
type Explanation struct {
	Ticket    ticket.ID  `json:"ticket"`
	Instances []Instance `json:"instances"`
	Timers    []Timer    `json:"timers"`
	Decisions []Decision `json:"decisions"` // oldest first
}

// ListSagas returns the status of all versions of all sagas, by name and version. It reads the database and needs no running sagas.
func ListSagas(ctx context.Context, db *pgxpool.Pool) ([]SagaStatus, error) {
	rows, err := db.Query(ctx, `
		select s.name, s.version, s.live, s.position, (select head from log.logs) - s.position,
			(select count(*) from saga.instances i where (i.saga, i.version) = (s.name, s.version)),
			t.all, t.failing, t.next,
			(select count(*) from log.skipped_streams k where (k.name, k.version) = ($1 || s.name, s.version))
		from saga.sagas s, lateral (
			select count(*) as all, count(*) filter (where attempts > 0) as failing, min(due_at) as next
			from saga.timers where (saga, version) = (s.name, s.version)) t
		order by s.name, s.version`, SagaID{}.consumerName())
	if err != nil {
		return nil, fmt.Errorf("list sagas: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[SagaStatus])
	for i := range all {
		toUTC(all[i].NextDue)
	}
	return all, err
}

// timerSelect selects the timers of live versions.
const timerSelect = `t.saga, t.ticket::text, t.key, t.due_at, t.next_at, t.command, t.why, t.cause, t.attempts, t.error
	from saga.timers t join saga.sagas s on (s.name, s.version) = (t.saga, t.version) and s.live `

// ListTimers returns the earliest timers of all live sagas, at most limit, in the order in which they are due.
func ListTimers(ctx context.Context, db *pgxpool.Pool, limit int) ([]Timer, error) {
	rows, err := db.Query(ctx, `select `+timerSelect+`order by t.due_at, t.ticket, t.key limit $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("list timers: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Timer])
	for i := range all {
		toUTC(&all[i].Due, &all[i].NextAttempt)
	}
	return all, err
}

// Explain returns the states, timers and journal of a ticket. Of replaced versions it returns only the outcomes of their timers.
func Explain(ctx context.Context, db *pgxpool.Pool, id ticket.ID) (Explanation, error) {
	x := Explanation{Ticket: id}
	err := pgx.BeginTxFunc(ctx, db, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) (err error) {
		x.Instances, err = collect[Instance](ctx, tx, `
			select i.saga, i.version, i.state, i.position from saga.instances i
			join saga.sagas s on (s.name, s.version) = (i.saga, i.version) and s.live
			where i.ticket = $1::text::uuid order by i.saga`, id)
		if err != nil {
			return err
		}
		x.Timers, err = collect[Timer](ctx, tx, `
			select `+timerSelect+`where t.ticket = $1::text::uuid order by t.due_at, t.saga, t.key`, id)
		if err != nil {
			return err
		}
		x.Decisions, err = collect[Decision](ctx, tx, `
			select j.saga, j.version, j.at, j.what, j.key, j.due_at, j.command, j.why, j.cause from saga.journal j
			join saga.sagas s on (s.name, s.version) = (j.saga, j.version)
			where j.ticket = $1::text::uuid and (s.live or j.what in ('done', 'refused')) order by j.at, j.id`, id)
		return err
	})
	if err != nil {
		return Explanation{}, fmt.Errorf("explain ticket %s: %w", id, err)
	}
	for i := range x.Timers {
		toUTC(&x.Timers[i].Due, &x.Timers[i].NextAttempt)
	}
	for i := range x.Decisions {
		toUTC(&x.Decisions[i].At, x.Decisions[i].Due)
	}
	return x, nil
}

// collect reads the rows of a query with a ticket's id as its argument.
func collect[T any](ctx context.Context, tx pgx.Tx, query string, id ticket.ID) ([]T, error) {
	rows, err := tx.Query(ctx, query, string(id))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[T])
}

// toUTC converts times, which the driver returns in the local time zone, to UTC.
func toUTC(all ...*time.Time) {
	for _, t := range all {
		if t != nil {
			*t = t.UTC()
		}
	}
}

// describeCommand returns what a stored command does, as an English predicate.
func describeCommand(command string) string {
	switch command {
	case "close.v1":
		return "closes"
	case "succeed.v1":
		return "transfers the ticket to the successor entity"
	case "begin-playbook.v1":
		return "starts the run of the playbook"
	case "remind.v1":
		return "reminds the operators"
	case "warn.v1":
		return "warns of the hand-over"
	case "breach.v1":
		return "records the breach of the hand-over"
	case "notice-ping-pong.v1":
		return "records ping-pong for the supervisors"
	case "remind-citizen.v1":
		return "reminds the citizen"
	case "expire.v1":
		return "resolves without an answer"
	case sendMessageCommand:
		return "sends a message"
	default:
		return command
	}
}

// formatTime returns a time in Europe/Rome with its weekday.
func formatTime(t time.Time) string { return t.In(calendar.Rome()).Format("Mon 2 Jan 2006 at 15:04") }
