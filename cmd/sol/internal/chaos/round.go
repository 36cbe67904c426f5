// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chaos

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/cmd/sol/internal/faults"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// roundResult holds the durations and counts of one round.
type roundResult struct {
	takeovers   []faults.Took // until the work of a consumer, of the outbox, of the timers was done, from the time that inject returned
	stuck       bool          // one of them was not done within takeoverTimeout, while the fault lasted
	down        time.Duration // from the fault until a new write was acknowledged
	slowest     time.Duration // until an answer 503
	late        int           // requests without an answer within lateAfter
	reads       int           // log-ins and reads while the standby was lost
	readsFailed int           // of these
	unconfirmed int           // acknowledged while no standby could confirm
	problems    []string
}

// takeoverTimeout is the time for which a fault lasts when nobody takes over.
const takeoverTimeout = 30 * time.Second

// loadDuration is the time for which the clients work before a fault.
const loadDuration = 1500 * time.Millisecond

// playRound waits until all is well, injects a fault, measures, and heals the fault.
func (in *installation) playRound(ctx context.Context, kind Kind) (r roundResult, err error) {
	if err := in.waitUntilWell(ctx); err != nil {
		return r, err
	}
	if err := pause(ctx.Done(), loadDuration); err != nil {
		return r, err
	}
	in.refusals.take()
	f := in.newFault(kind, in.leader(ctx), &r)
	consumers, err := in.consumersHit(ctx, f.victim)
	if err != nil {
		return r, err
	}
	injected := time.Now()
	since, err := f.inject(ctx)
	if err != nil {
		return r, fmt.Errorf("inject: %w", err)
	}
	others := slices.DeleteFunc(slices.Clone(in.nodes), func(n *node) bool { return n == f.victim })
	position, err := in.writeProbe(ctx, others)
	if err != nil {
		return r, err
	}
	r.down = time.Since(injected)
	if err := in.measureTakeover(ctx, since, position, consumers, &r); err != nil {
		return r, err
	}
	r.slowest, r.late = in.refusals.take()
	if err := f.heal(ctx); err != nil {
		return r, fmt.Errorf("heal: %w", err)
	}
	return r, in.waitUntilWell(ctx)
}

// leader returns the node that runs most consumers: its loss is felt most.
func (in *installation) leader(ctx context.Context) *node {
	return slices.MaxFunc(in.nodes, func(a, b *node) int { return len(a.consumers(ctx)) - len(b.consumers(ctx)) })
}

// consumersHit returns the consumers that the victim runs, or all if the fault hits the database: those whose takeover is measured.
func (in *installation) consumersHit(ctx context.Context, victim *node) (names []string, err error) {
	if victim == nil {
		return collect(ctx, in, `select distinct name from log.consumers`, pgx.RowTo[string])
	}
	return victim.consumers(ctx), nil
}

// measureTakeover measures how long after a time each of the consumers has reached a position, and the outbox and the timers have done what
// is open now.
func (in *installation) measureTakeover(ctx context.Context, since time.Time, position int64, consumers []string, r *roundResult) error {
	db, err := pgxpool.New(ctx, in.pair.Primary().URL("sol"))
	if err != nil {
		return err
	}
	defer db.Close()
	work, err := faults.OpenWork(ctx, db, position)
	if err != nil {
		return err
	}
	limited, cancel := context.WithDeadline(ctx, since.Add(takeoverTimeout))
	defer cancel()
	parts := make([]string, len(consumers))
	for i, name := range consumers {
		parts[i] = faults.ConsumerPart(name)
	}
	r.takeovers, err = work.Measure(limited, db, since, parts)
	if r.stuck = err != nil && ctx.Err() == nil && limited.Err() != nil; r.stuck {
		return nil
	}
	return err
}

// probe returns a command that opens a ticket.
func (in *installation) probe() request {
	in.probes++
	key := probeKey(in.probes)
	return request{method: http.MethodPost, path: "/api/v1/tickets", body: ticketForm("Richiesta di prova " + key), key: key}
}

// writeProbe opens a ticket through one of the nodes and returns the position of its event, from the log.
func (in *installation) writeProbe(ctx context.Context, nodes []*node) (position int64, err error) {
	a, err := newClient(nodes, in.probes, nil, &in.refusals).do(ctx, in.probe())
	if err != nil {
		return 0, err
	}
	if !a.accepted() {
		return 0, fmt.Errorf("probe: %s", a.raw)
	}
	err = in.query(ctx, `select max(position) from log.events where stream = $1::text::uuid`, []any{a.text("id")}, &position)
	return position, err
}

// waitUntilWell waits until all nodes answer, commits succeed, and all that was pending is done.
func (in *installation) waitUntilWell(ctx context.Context) error {
	if err := in.waitUntilUp(ctx); err != nil {
		return err
	}
	position, err := in.writeProbe(ctx, in.nodes)
	if err != nil {
		return err
	}
	if err := in.waitUntilDone(ctx, upTimeout, position); err != nil {
		return fmt.Errorf("the installation does not recover: %w", err)
	}
	return nil
}

// pendingQuery counts what was caused up to a position and a time and is not done: consumers that are behind, messages in the outbox, and
// timers. Poisoned messages are not pending.
const pendingQuery = `
	select (select count(*) from log.consumers where position < $1), (select count(*) from saga.sagas where live and position < $1),
		(select count(*) from saga.outbox where not acked and metadata ->> 'topic' <> 'poison' and created_at <= $2),
		(select count(*) from saga.timers where next_at <= $2)`

// waitUntilDone waits until all consumers have reached a position, and until all messages and timers that were due by now are done. The
// error names what is still pending.
func (in *installation) waitUntilDone(ctx context.Context, timeout time.Duration, position int64) error {
	var now time.Time
	if err := in.query(ctx, `select clock_timestamp()`, nil, &now); err != nil {
		return err
	}
	pending := "nothing is known"
	err := wait(ctx, max(timeout, time.Second), "all is done", func() bool {
		var consumers, sagas, messages, timers int
		if err := in.query(ctx, pendingQuery, []any{position, now}, &consumers, &sagas, &messages, &timers); err != nil {
			pending = err.Error()
			return false
		}
		pending = fmt.Sprintf("%d consumers and %d sagas are behind, %d messages and %d timers are due", consumers, sagas, messages, timers)
		return consumers+sagas+messages+timers == 0
	})
	if err != nil {
		return fmt.Errorf("%s: %w", pending, err)
	}
	return nil
}

// waitUntilIdle waits until nothing is pending any more, not even a timer of the next minutes. It returns what remained.
func (in *installation) waitUntilIdle(ctx context.Context) (remaining []string, mails int, err error) {
	if err := in.waitUntilUp(ctx); err != nil {
		return nil, 0, err
	}
	err = wait(ctx, in.IdleTimeout, "idle", func() bool {
		var consumers, sagas, messages, timers int
		err := in.query(ctx, `
			select (select count(*) from log.consumers, log.logs where position < head), (select count(*) from saga.sagas, log.logs where live and position < head),
				(select count(*) from saga.outbox where not acked), (select count(*) from saga.timers where next_at < clock_timestamp() + interval '10 minutes'),
				(select count(*) from mail.deliveries where state in ('waiting', 'sending'))`, nil, &consumers, &sagas, &messages, &timers, &mails)
		if remaining = nil; err != nil {
			remaining = []string{err.Error()}
		}
		for what, n := range map[string]int{"consumers behind": consumers, "sagas behind": sagas, "messages in the outbox": messages, "timers due": timers} {
			if n > 0 {
				remaining = append(remaining, fmt.Sprintf("%d %s", n, what))
			}
		}
		return remaining == nil && mails == 0
	})
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = nil
	}
	slices.Sort(remaining)
	return remaining, mails, err
}

// openStore opens the log on the primary, directly.
func (in *installation) openStore(ctx context.Context) (*eventstore.Store, error) {
	keys, err := in.masterKeys()
	if err != nil {
		return nil, err
	}
	return eventstore.Open(ctx, eventstore.Config{Logins: pgpool.TrustedLogins(in.pair.Primary().URL("sol")), MasterKey: keys[0], EarlierMasterKeys: keys[1:]})
}
