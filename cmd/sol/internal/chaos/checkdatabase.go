// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chaos

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections"
)

// marker matches the marker of an act or a probe in a text.
var marker = regexp.MustCompile(`(segno|sonda)-\d{6}`)

// findMarker returns the marker in a text, "" if there is none.
func findMarker(text string) string { return marker.FindString(text) }

// probeKey returns the key and marker of a probe.
func probeKey(n int) string { return fmt.Sprintf("sonda-%06d", n) }

// collect runs a query on the primary, directly, as role sol_worker, and returns its rows.
func collect[T any](ctx context.Context, in *installation, sql string, row pgx.RowToFunc[T]) (all []T, err error) {
	conn, err := pgx.Connect(ctx, in.pair.Primary().URL("sol"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if _, err := conn.Exec(ctx, `set role sol_worker`); err != nil {
		return nil, err
	}
	rows, err := conn.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, row)
}

// taggedTicket is a ticket with its reader tags.
type taggedTicket struct {
	ID      ticket.ID
	Current bool // the tags were written by the append of the last event
	Readers []ticket.ReaderTag
}

// checkReaderTags checks that each ticket has the reader tags of its state.
func (in *installation) checkReaderTags(ctx context.Context, log *logContent, r *Report) error {
	// A ticket to which a saga appends after the log was read is left out.
	tickets, err := collect(ctx, in, fmt.Sprintf(`
		select id::text, coalesce(readers_version = version, false), readers from log.streams where kind = 'ticket' and position <= %d`, log.last),
		pgx.RowToStructByPos[taggedTicket])
	for _, t := range tickets {
		if want := log.tickets[t.ID].Readers(); !t.Current || !slices.Equal(t.Readers, want) {
			r.problemf("ticket %s: got reader tags %q (of its last event: %t), want %q", t.ID, t.Readers, t.Current, want)
		}
	}
	return err
}

// timer is a timer of a saga.
type timer struct {
	Saga, Ticket, Key string
	Outcomes          int
}

// checkTimers checks that no timer led to two outcomes.
func (in *installation) checkTimers(ctx context.Context, r *Report) error {
	twice, err := collect(ctx, in, `
		select saga, ticket::text, key, count(*)::integer from saga.journal
		where what in ('done', 'refused') group by saga, version, ticket, key, cause having count(*) > 1`, pgx.RowToStructByPos[timer])
	for _, t := range twice {
		r.problemf("timer %s of saga %s and ticket %s: got %d outcomes, want 1", t.Key, t.Saga, t.Ticket, t.Outcomes)
	}
	return err
}

// delivery is the state of a mail in the database of the nodes.
type delivery struct {
	ID        string
	State     string
	Uncertain bool
}

// checkMails checks that each mail arrived as often as its stored state says, that each public note arrived, and that no withdrawn one did.
func (in *installation) checkMails(ctx context.Context, acts []*act, r *Report) error {
	deliveries, err := collect(ctx, in, `select id::text, state, uncertain from mail.deliveries`, pgx.RowToStructByPos[delivery])
	if err != nil {
		return err
	}
	arrivals, byMarker := map[string]int{}, map[string]map[string]bool{}
	for _, m := range in.mails.all() {
		r.Mails++
		id, _, _ := strings.Cut(m.id, "@")
		arrivals[id]++
		if marker := findMarker(m.text); marker != "" {
			if byMarker[marker] == nil {
				byMarker[marker] = map[string]bool{}
			}
			byMarker[marker][id] = true
		}
	}
	for _, d := range deliveries {
		n := arrivals[d.ID]
		delete(arrivals, d.ID)
		switch {
		case d.Uncertain:
			r.Uncertain++
		case n > 1:
			r.problemf("mail %s, %s: arrived %d times and is not marked as uncertain", d.ID, d.State, n)
		case d.State == "sent" && n == 0:
			r.problemf("mail %s: stored as sent, and did not arrive", d.ID)
		case d.State == "void" && n > 0:
			r.problemf("mail %s: stored as dropped, and arrived", d.ID)
		}
	}
	for id := range arrivals {
		r.problemf("mail %s: arrived, and is not stored", id)
	}
	for _, a := range acts {
		n := len(byMarker[a.marker])
		switch {
		case !a.mailed || !a.answer.accepted():
		case a.withdrawn && n > 0:
			r.problemf("mail with %s: the act was withdrawn, during %s", a.marker, a.round)
		case !a.withdrawn && n != 1 && r.PendingMails == 0:
			r.problemf("got %d mails with %s, written during %s, want 1", n, a.marker, a.round)
		}
	}
	return nil
}

// checkReadModels compares the tables of all read models, as they are, with rebuilt ones.
func (in *installation) checkReadModels(ctx context.Context, store *eventstore.Store, r *Report) error {
	runner := projections.NewRunner(store)
	for _, m := range projections.All() {
		before, err := in.dump(ctx, m.Tables, m.Table)
		if err != nil {
			return err
		}
		if err := runner.Rebuild(ctx, m.Name, nil); err != nil {
			return err
		}
		after, err := in.dump(ctx, m.Tables, m.Table)
		if err != nil {
			return err
		}
		for row, n := range before {
			if after[row] != n {
				r.problemf("read model %s: not in the rebuilt tables: %s", m.Name, row)
			}
		}
		for row, n := range after {
			if before[row] != n {
				r.problemf("read model %s: only in the rebuilt tables: %s", m.Name, row)
			}
		}
	}
	return nil
}

// dump returns the rows of tables with the number of each.
func (in *installation) dump(ctx context.Context, tables []string, name func(string) string) (map[string]int, error) {
	rows := map[string]int{}
	for _, t := range tables {
		all, err := collect(ctx, in, `select to_jsonb(t)::text from `+name(t)+` t`, pgx.RowTo[string])
		if err != nil {
			return nil, err
		}
		for _, row := range all {
			rows[name(t)+" "+row]++
		}
	}
	return rows, nil
}
