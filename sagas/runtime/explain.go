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

// SagaStatus is where one version of a saga stands.
type SagaStatus struct {
	Saga      string     `json:"saga"`
	Version   int        `json:"version"`
	Live      bool       `json:"live"`     // its timers are taken; otherwise it is catching up, or was replaced
	Position  int64      `json:"position"` // it has handled every event up to here
	Lag       int64      `json:"behind"`   // events that it has not handled yet
	Instances int        `json:"instances"`
	Timers    int        `json:"timers"`
	Failing   int        `json:"failing"`            // timers that are being tried again
	NextDue   *time.Time `json:"next_due,omitempty"` // the earliest timer
}

// Timer is a command that waits for its time.
type Timer struct {
	Saga        string    `json:"saga"`
	Ticket      ticket.ID `json:"ticket"`
	Key         string    `json:"key"`
	Due         time.Time `json:"due_at"`
	NextAttempt time.Time `json:"next_at"` // later than Due after failures
	Command     string    `json:"command"`
	Why         string    `json:"why"`
	Cause       int64     `json:"cause"` // position of the event that set it
	Attempts    int       `json:"attempts,omitempty"`
	Error       string    `json:"error,omitempty"` // of the last attempt
}

// String tells a person what will happen and why.
func (t Timer) String() string {
	line := fmt.Sprintf("%s on %s because %s", describeCommand(t.Command), formatTime(t.Due), t.Why)
	if t.Attempts > 0 {
		line += fmt.Sprintf(" (tried %d times, again on %s: %s)", t.Attempts, formatTime(t.NextAttempt), t.Error)
	}
	return line
}

// Decision is a line of the journal: what a saga decided about a ticket, or what came of a timer.
type Decision struct {
	Saga    string     `json:"saga"`
	Version int        `json:"version"`
	At      time.Time  `json:"at"`
	What    string     `json:"what"` // schedule, reschedule, cancel, dispatch, send, later; done, refused
	Key     string     `json:"key"`
	Due     *time.Time `json:"due_at,omitempty"`
	Command string     `json:"command,omitempty"`
	Why     string     `json:"why,omitempty"`
	Cause   int64      `json:"cause"` // position of the event that it follows from
}

// String tells a person what was decided and why.
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

// Instance is what a saga remembers of the ticket.
type Instance struct {
	Saga     string          `json:"saga"`
	Version  int             `json:"version"`
	State    json.RawMessage `json:"state"`
	Position int64           `json:"position"` // of the last event that changed it
}

// Explanation is all that the sagas know of one ticket.
type Explanation struct {
	Ticket    ticket.ID  `json:"ticket"`
	Instances []Instance `json:"instances"`
	Timers    []Timer    `json:"timers"`
	Decisions []Decision `json:"decisions"` // in the order in which they were taken
}

// ListSagas tells where every saga stands. It reads what the nodes have written, so it needs no running sagas.
func ListSagas(ctx context.Context, db *pgxpool.Pool) ([]SagaStatus, error) {
	rows, err := db.Query(ctx, `
		select s.name, s.version, s.live, s.position, (select head from log.logs) - s.position,
			(select count(*) from saga.instances i where (i.saga, i.version) = (s.name, s.version)),
			t.all, t.failing, t.next
		from saga.sagas s, lateral (
			select count(*) as all, count(*) filter (where attempts > 0) as failing, min(due_at) as next
			from saga.timers where (saga, version) = (s.name, s.version)) t
		order by s.name, s.version`)
	if err != nil {
		return nil, fmt.Errorf("list sagas: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[SagaStatus])
	for i := range all {
		toUTC(all[i].NextDue)
	}
	return all, err
}

const timerSelect = `t.saga, t.ticket::text, t.key, t.due_at, t.next_at, t.command, t.why, t.cause, t.attempts, t.error
	from saga.timers t join saga.sagas s on (s.name, s.version) = (t.saga, t.version) and s.live `

// ListTimers lists the next timers of every saga, the earliest first.
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

// Explain tells what the sagas remember of a ticket, what they will do with it and why, and what they did. A version
// that was replaced is left out, but for what came of its timers.
func Explain(ctx context.Context, db *pgxpool.Pool, on ticket.ID) (Explanation, error) {
	x := Explanation{Ticket: on}
	err := pgx.BeginTxFunc(ctx, db, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) (err error) {
		x.Instances, err = collect[Instance](ctx, tx, `
			select i.saga, i.version, i.state, i.position from saga.instances i
			join saga.sagas s on (s.name, s.version) = (i.saga, i.version) and s.live
			where i.ticket = $1::text::uuid order by i.saga`, on)
		if err != nil {
			return err
		}
		x.Timers, err = collect[Timer](ctx, tx, `
			select `+timerSelect+`where t.ticket = $1::text::uuid order by t.due_at, t.saga, t.key`, on)
		if err != nil {
			return err
		}
		x.Decisions, err = collect[Decision](ctx, tx, `
			select j.saga, j.version, j.at, j.what, j.key, j.due_at, j.command, j.why, j.cause from saga.journal j
			join saga.sagas s on (s.name, s.version) = (j.saga, j.version)
			where j.ticket = $1::text::uuid and (s.live or j.what in ('done', 'refused')) order by j.at, j.id`, on)
		return err
	})
	if err != nil {
		return Explanation{}, fmt.Errorf("explain ticket %s: %w", on, err)
	}
	for i := range x.Timers {
		toUTC(&x.Timers[i].Due, &x.Timers[i].NextAttempt)
	}
	for i := range x.Decisions {
		toUTC(&x.Decisions[i].At, x.Decisions[i].Due)
	}
	return x, nil
}

func collect[T any](ctx context.Context, tx pgx.Tx, query string, on ticket.ID) ([]T, error) {
	rows, err := tx.Query(ctx, query, string(on))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[T])
}

// toUTC turns the times that the driver gives in the machine's zone.
func toUTC(all ...*time.Time) {
	for _, t := range all {
		if t != nil {
			*t = t.UTC()
		}
	}
}

// describeCommand says in a word what a stored command does.
func describeCommand(command string) string {
	switch command {
	case "close.v1":
		return "closes"
	case "succeed.v1":
		return "moves"
	case "begin-playbook.v1":
		return "begins the checks"
	case "remind.v1":
		return "reminds the operators"
	case "warn.v1":
		return "warns of the hand-over"
	case "breach.v1":
		return "marks the hand-over as late"
	case "notice-ping-pong.v1":
		return "tells the supervisors that it goes to and fro"
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

// formatTime is a moment as people in Piemonte say it.
func formatTime(t time.Time) string { return t.In(calendar.Rome()).Format("Mon 2 Jan 2006 at 15:04") }
