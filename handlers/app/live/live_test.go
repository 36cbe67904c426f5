// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package live_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/live"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// A revocation ends the streams of its account at once, on every node, although the session was checked a moment ago and is not due to be
// checked again for an hour. Nothing that happens after the revocation reaches them.
func TestRevocationEndsStreamsAtOnce(t *testing.T) {
	f := newFixture(t, 100)
	other := f.OpenNode(t).Identity
	for name, revoke := range map[string]func(*identity.Identity, live.Client) error{
		"logout": func(i *identity.Identity, c live.Client) error { return i.EndSession(t.Context(), c.Token) },
		"role": func(i *identity.Identity, c live.Client) error {
			_, err := i.ChoosePlacement(t.Context(), c.Token, c.Actor.Role, c.Actor.Entity)
			return err
		},
		"placement": func(i *identity.Identity, c live.Client) error {
			return i.EndPlacement(t.Context(), c.Actor.ID, c.Actor.Role, c.Actor.Entity)
		},
		"password": func(i *identity.Identity, c live.Client) error {
			return i.SetPassword(t.Context(), c.Actor.ID, handlertest.Password, handlertest.PIN)
		},
		"disabled": func(i *identity.Identity, c live.Client) error { return i.Disable(t.Context(), c.Actor.ID) },
	} {
		t.Run(name, func(t *testing.T) {
			f := &fixture{T: t, System: f.System, hub: f.hub}
			here, there := f.logIn(name+".here", person.ASROperator, torino), f.logIn(name+".there", person.ASROperator, torino)
			witness := f.logIn(name+".witness", person.ASROperator, torino)
			a, b, w := f.connect(here, eventstore.Position{}), f.connect(there, eventstore.Position{}), f.connect(witness, eventstore.Position{})
			for _, n := range []*connection{a, b, w} {
				n.nextWhere("the first update", anything)
			}

			f.must(revoke(f.App.Identity, here))
			id := f.open(torino)

			changed, err := a.nextError()
			if !errors.Is(err, identity.ErrNoSession) || len(changed) > 0 {
				t.Errorf("got changes %v, then %v, want %v at once", changed, err, identity.ErrNoSession)
			}
			f.must(revoke(other, there)) // the message of the other node takes a moment
			if _, err := b.nextError(); !errors.Is(err, identity.ErrNoSession) {
				t.Errorf("revoked on another node: got %v, want %v", err, identity.ErrNoSession)
			}
			w.nextWhere("the streams of others go on", about(id))
		})
	}
}

// Streams open and get changes, counts, notifications and rights while every other connection of their node is taken.
func TestStreamsNeedNoConnectionOfRequestsAndConsumers(t *testing.T) {
	f := newFixture(t, 100) // writes and projects
	service := f.OpenNode(t)
	var clients []live.Client
	for n := range 20 {
		clients = append(clients, f.logIn(fmt.Sprintf("operatore.%d", n), person.ASROperator, torino))
	}
	pools := service.Store.Pools()
	for _, pool := range []*pgxpool.Pool{pools.Append, pools.Read, pools.Session, pools.Consumer, pools.Outbox} {
		for range pool.Config().MaxConns {
			conn, err := pool.Acquire(t.Context())
			f.must(err)
			t.Cleanup(conn.Release)
		}
	}
	released := make(chan struct{})
	var holding sync.WaitGroup
	t.Cleanup(func() {
		close(released)
		holding.Wait()
	})
	for _, s := range pgpool.Specs() {
		if s.Name != pgpool.Request {
			continue
		}
		for n := range s.Conns { // each kind of reading gets a part of the pool
			held := make(chan struct{})
			holding.Go(func() {
				err := pools.Request.InTx(context.WithoutCancel(t.Context()), eventstore.Reader{}, fmt.Sprint(n), pgx.TxOptions{}, func(tx pgx.Tx) error {
					_, err := tx.Exec(t.Context(), `set local idle_in_transaction_session_timeout = 0`)
					close(held)
					<-released
					return err
				})
				if err != nil {
					t.Errorf("hold a connection: %v", err)
				}
			})
			<-held
		}
	}

	f = &fixture{T: t, System: f.System, hub: service.Live}
	var streams []*connection
	for _, c := range clients {
		streams = append(streams, f.connect(c, eventstore.Position{}))
	}
	for _, n := range streams {
		if u := n.nextWhere("the first update", anything); u.Queues == nil || u.Notifications == nil {
			t.Errorf("got %+v, want counts and notifications", u)
		}
	}
	id := f.open(torino)
	for _, n := range streams {
		n.nextWhere("the ticket", about(id))
	}
	f.must(f.App.Identity.EndSession(t.Context(), clients[0].Token))
	if _, err := streams[0].nextError(); !errors.Is(err, identity.ErrNoSession) {
		t.Errorf("got %v, want %v", err, identity.ErrNoSession)
	}
}

// A session that ended without a message gets nothing that comes afterwards, long before its next heartbeat.
func TestSessionIsCheckedBeforeEachUpdate(t *testing.T) {
	f := newFixture(t, 100)
	n := f.connect(f.logIn("anna", person.ASROperator, torino), eventstore.Position{}) // its heartbeat is an hour
	n.nextWhere("the first update", anything)
	conn, err := pgx.Connect(t.Context(), f.Database)
	f.must(err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), `update identity.sessions set seen_at = seen_at - interval '1 hour'`) // nothing is published
	f.must(err)
	id := f.open(torino)
	if changed, err := n.nextError(); !errors.Is(err, identity.ErrNoSession) || len(changed) > 0 {
		t.Errorf("got changes %v of %s, then %v, want %v at once", changed, id, err, identity.ErrNoSession)
	}
}

func TestSessionThatExpiresEndsItsStream(t *testing.T) {
	f := newFixture(t, 100)
	c := f.logIn("anna", person.ASROperator, torino)
	c.Heartbeat = 50 * time.Millisecond
	n := f.connect(c, eventstore.Position{})
	n.nextWhere("the first update", anything)
	conn, err := pgx.Connect(t.Context(), f.Database)
	f.must(err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), `update identity.sessions set seen_at = seen_at - interval '1 hour'`) // nothing is published
	f.must(err)
	if _, err := n.nextError(); !errors.Is(err, identity.ErrNoSession) {
		t.Errorf("got %v, want %v", err, identity.ErrNoSession)
	}
}

// A stream that begins while a change is held from its viewer begins before it, and gets it when its moment comes.
func TestStreamBeginsBeforeWhatIsHeld(t *testing.T) {
	for name, c := range map[string]struct {
		remembered int
		running    bool // the hub runs when the change happens
	}{
		"the hub has seen it":           {100, true},
		"the hub starts after it":       {100, false},
		"it is older than what is kept": {1, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, c.remembered)
			anna, rita := f.logIn("anna", person.ASROperator, torino), f.logIn("rita", person.RegionalOperator, catalog.Region)
			auditor := f.logIn("auditor", person.Auditor, "")
			if c.running {
				f.connect(anna, eventstore.Position{}).nextWhere("the first update", anything)
			}
			id := f.open(torino)
			handlertest.Dispatch(t, f.App.TicketDispatcher, id, anna.Actor, tickettest.Escalate("non è nostra"))
			f.open(torino)
			head := f.waitForLists()

			for _, known := range []live.Client{anna, auditor} {
				if u := f.connect(known, head).nextWhere("the first update", anything); u.ResumeAt != head || len(u.Changes) > 0 {
					t.Errorf("%s: got %v, want nothing new after %v", known.Actor.Role, u, head)
				}
			}
			region := f.connect(rita, head)
			if u := region.nextWhere("the first update", anything); u.ResumeAt.N >= head.N {
				t.Errorf("the Region resumes at %v, want before the note that is held", u.ResumeAt)
			}
			f.Clock.Advance(rules.DefaultHold)
			region.nextWhere("the note", func(u live.Update) bool {
				for _, change := range u.Changes {
					if change.Ticket == id && change.Type == "regional_note" {
						return u.ResumeAt.N >= head.N
					}
				}
				return false
			})
		})
	}
}

func TestUnknownPositionsAreRefused(t *testing.T) {
	f := newFixture(t, 100)
	f.open(torino)
	head := f.waitForLists()
	for _, beyond := range []eventstore.Position{{Epoch: head.Epoch, N: head.N + 1}, {Epoch: head.Epoch + 1}} {
		if _, err := f.hub.StartPosition(t.Context(), tickettest.Operator, beyond); !errors.Is(err, eventstore.ErrBeyondHead) {
			t.Errorf("%s: got %v, want %v", beyond, err, eventstore.ErrBeyondHead)
		}
	}
}

// While the database refuses connections every stream ends, and a new one is refused as unavailable. Afterwards a client resumes at its last
// position and gets everything that it missed.
func TestStreamsEndAndResumeAroundAnOutage(t *testing.T) {
	f := newFixture(t, 100)
	anna := f.logIn("anna", person.ASROperator, torino)
	bruno := f.logIn("bruno", person.ASROperator, torino)
	a, b := f.connect(anna, eventstore.Position{}), f.connect(bruno, eventstore.Position{})
	last := a.nextWhere("the first update", anything).ResumeAt
	b.nextWhere("the first update", anything)

	server, err := url.Parse(f.Database)
	f.must(err)
	name := server.Path[1:]
	server.Path = "/postgres"
	conn, err := pgx.Connect(t.Context(), server.String())
	f.must(err)
	defer conn.Close(t.Context())
	execute := func(sql string, args ...any) {
		t.Helper()
		_, err := conn.Exec(t.Context(), sql, args...)
		f.must(err)
	}
	execute(`alter database ` + name + ` with allow_connections false`)
	execute(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, name)

	errs := []error{}
	for _, n := range []*connection{a, b} {
		_, err := n.nextError()
		errs = append(errs, err)
		n.close()
	}
	if errors.Is(errs[0], live.ErrStopped) == errors.Is(errs[1], live.ErrStopped) {
		t.Errorf("got %v, want the cause once and %v once", errs, live.ErrStopped)
	}
	if _, err := f.hub.StartPosition(t.Context(), anna.Actor, last); !eventstore.IsUnavailable(err) {
		t.Errorf("got %v, want an error of a database that cannot be reached", err)
	}
	execute(`alter database ` + name + ` with allow_connections true`)

	storetest.Eventually(t, "the hub reads again", func() bool {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_, err := f.hub.StartPosition(ctx, anna.Actor, last)
		return err == nil
	})
	first, second := f.open(torino), f.open(torino)
	resumed := f.connect(anna, last)
	seen := resumed.nextWhere("what happened meanwhile", about(first))
	if !about(second)(seen) {
		resumed.nextWhere("all of it", about(second))
	}
}

func TestLastStreamEndsTheReader(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("system", func(t *testing.T) {
		f := newFixture(t, 100)
		anna := f.logIn("anna", person.ASROperator, torino)
		for range 3 {
			n := f.connect(anna, eventstore.Position{})
			n.nextWhere("the first update", anything)
			n.close()
		}
	})
	if err := storetest.Leaks(before); err != nil {
		t.Error(err)
	}
}
