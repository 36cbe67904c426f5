// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// looks is the source of exports, dossiers, refused looks and looks at the command line: the access log, by position. Refused looks of one
// person of one kind that are read together are added up.
type looks struct{ pool *pgxpool.Pool }

func (looks) name() string { return "looks" }

func (looks) begin(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `
		insert into security.sources (name, position, at) select 'looks', position, at from security.last_look() on conflict do nothing`)
	return err
}

// look is an access record.
type look struct {
	position                                                                          int64
	at                                                                                time.Time
	kind, outcome, person, role, entity, controller, ticket, detail, address, purpose string
	commandLine                                                                       bool
}

// waiting implements source.
func (l looks) waiting(ctx context.Context, limit int) ([]Event, ackFunc, error) {
	rows, err := l.pool.Query(ctx, `
		select r.position, r.at, r.kind, r.outcome, r.person, r.role, r.entity, r.controller, coalesce(r.ticket::text, ''), r.detail, r.address, r.purpose, r.command_line
		from security.sources s, security.looks(coalesce(s.at, '-infinity'), s.position, $1) r where s.name = 'looks' order by r.position`, scannedPositions)
	if err != nil {
		return nil, nil, fmt.Errorf("read access records: %w", err)
	}
	var r look
	var last look // up to which all are in events
	var events []Event
	addedUp := map[look]int{} // index in events of what further refused looks are added to
	_, err = pgx.ForEachRow(rows, []any{&r.position, &r.at, &r.kind, &r.outcome, &r.person, &r.role, &r.entity, &r.controller, &r.ticket, &r.detail, &r.address, &r.purpose, &r.commandLine}, func() error {
		if len(events) >= limit {
			return nil
		}
		last = r
		kind := r.eventKind()
		if kind == "" {
			return nil // the last one, which is there for its position
		}
		e := Event{
			ID: fmt.Sprintf("look/%d", r.position), Time: r.at, Kind: kind, Count: 1, By: r.person, ByRole: r.role, ByEntity: r.entity, Entity: r.controller,
			Ticket: r.ticket, Look: r.kind, Detail: r.detail, Address: r.address,
		}
		if r.commandLine {
			e.CommandLine = r.purpose
		}
		if kind == LookRefused {
			same := look{kind: r.kind, person: r.person, role: r.role, entity: r.entity, address: r.address, commandLine: r.commandLine}
			if i, found := addedUp[same]; found {
				first, at := &events[i], r.at.UTC()
				first.ID, first.Count, first.Last = endID(first.ID, r.position), first.Count+1, &at
				first.Ticket, first.Detail, first.Entity = "", "", "" // of several
				return nil
			}
			addedUp[same] = len(events)
		}
		events = append(events, e)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read access records: %w", err)
	}
	if last.position == 0 {
		return nil, nil, nil
	}
	return events, setPosition("looks", last.position, &last.at), nil
}

// eventKind returns the kind of the security event of a look; "" if it is none.
func (r look) eventKind() Kind {
	switch {
	case r.outcome == "refused":
		return LookRefused
	case r.kind == "export":
		return LookExported
	case r.kind == "dossier" || r.kind == "history":
		return LookDossier
	case r.commandLine:
		return LookCommand
	}
	return ""
}

// endID returns the id of looks that are added up, with the position of the last one.
func endID(id string, last int64) string {
	first, _, _ := strings.Cut(id, "-")
	return fmt.Sprintf("%s-%d", first, last)
}
