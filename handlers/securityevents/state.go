// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"context"
	"fmt"
	"time"
)

// lateAfter is the time after which /status tells that security events wait.
const lateAfter = 2 * time.Minute

// state measures what the receiver lacks.
type state struct {
	Late    time.Duration // since the receiver had all
	Waiting int64         // events; of very many only a part is counted
	Dropped int64         // events that were not stored
}

// readState reads the state. It counts log-in records, of which one can be several events, and looks at 100,000 positions at most of the log and
// of the access log.
func (f *Forwarder) readState(ctx context.Context) (s state, err error) {
	err = f.Pool.QueryRow(ctx, `
		select coalesce(clock_timestamp() - f.current_at, '0'), dropped,
			(select count(*) from access.logins where forwarded < count and last_at >= f.started_at) + (select count(*) from security.notes)
			+ (select count(*) from security.sources s join log.events e on e.position > s.position and e.position <= s.position + 100000
				where s.name = 'log' and e.type = any ($1))
			+ (select count(*) from security.sources s, security.looks(coalesce(s.at, '-infinity'), s.position, 100000) l
				where s.name = 'looks' and (l.outcome = 'refused' or l.kind in ('export', 'dossier', 'history') or l.command_line))
		from security.forwarder f`, logEventTypes).Scan(&s.Late, &s.Dropped, &s.Waiting)
	if err != nil {
		return state{}, fmt.Errorf("read the state of security events: %w", err)
	}
	return s, nil
}

// Late returns a sentence if the receiver has lacked events for more than two minutes, and "" otherwise.
func (f *Forwarder) Late(ctx context.Context) (string, error) {
	var late time.Duration
	err := f.Pool.QueryRow(ctx, `select coalesce(clock_timestamp() - current_at, '0') from security.forwarder`).Scan(&late)
	if err != nil || late < lateAfter {
		return "", err
	}
	s, err := f.readState(ctx)
	if err != nil {
		return fmt.Sprintf("Security events have not reached %s for %s.", f.Receiver, late.Round(time.Second)), nil
	}
	text := fmt.Sprintf("%d security events have not reached %s for %s. They wait in the database; the log says why.", s.Waiting, f.Receiver, s.Late.Round(time.Second))
	if s.Dropped > 0 {
		text += fmt.Sprintf(" %d more were not stored, because too many waited.", s.Dropped)
	}
	return text, nil
}
