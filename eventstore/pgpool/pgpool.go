// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package pgpool opens the database connections of a node. Each kind of work has a pool of its own, so that no kind waits for another:
// who logs in or reads a ticket does not wait for consumers, and a locked list stops lists alone. Specs has the sizes and time limits.
package pgpool

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/eventstore/signedreader"
)

// ErrUnavailable: no connection became free in time, or the server did not answer in time. A later attempt may succeed.
var ErrUnavailable = errors.New("the database did not answer in time")

// Config is the configuration of the pools of a node. URL is required if Logins is not complete.
type Config struct {
	// URL is that of the login roles that have none in Logins. It leads to Postgres itself or to PgBouncer in session mode, as do Logins.
	URL    string
	Logins Logins
	// RequestURL is the URL of the request pool; it may lead to PgBouncer in transaction mode. Empty: the URL of its login role.
	RequestURL string
	Tracer     pgx.QueryTracer // nil: none
	Durability Durability      // what Durably promises; empty: NotChecked
	Adjust     []func(*Spec)   // change the specs of the pools, in this order
}

// Pools are the pools of a node. No code may hold a connection of a pool while it waits for another one of the same pool.
type Pools struct {
	Append, Read, Session, Consumer, Outbox, Live, Lease *pgxpool.Pool

	Request *Requests

	durability    Durability
	listen        *pgxpool.Config
	background    background
	sessionShares *shares
	loginShares   *shares // of log-ins
	checkShares   *shares // of log-ins and checks of sessions
}

// ShareSession waits until a kind of use may have one more connection of the session pool, and returns the function that its user calls
// after the use. Sessions and log-ins need none: tables that are locked, of however many kinds, leave them a connection. Error: ErrUnavailable.
func (p *Pools) ShareSession(ctx context.Context, kind string) (release func(), err error) {
	return p.sessionShares.acquire(ctx, kind)
}

// ShareCheck is ShareSession for checks of sessions, which have two of three connections at most: while their tables are locked, what needs
// no session goes on, for example that a citizen opens a ticket. Error: ErrUnavailable.
func (p *Pools) ShareCheck(ctx context.Context) (release func(), err error) {
	return p.checkShares.acquire(ctx, "check")
}

// ShareLogin is ShareCheck for log-ins, of which one at a time reads: while their tables are locked, checks of sessions go on.
func (p *Pools) ShareLogin(ctx context.Context) (release func(), err error) {
	releaseLogin, err := p.loginShares.acquire(ctx, "login")
	if err != nil {
		return nil, err
	}
	releaseCheck, err := p.ShareCheck(ctx)
	if err != nil {
		releaseLogin()
		return nil, err
	}
	return func() { releaseCheck(); releaseLogin() }, nil
}

// startTimeout is the time within which each pool must have its first connection.
const startTimeout = 30 * time.Second

// Open opens the pools. It waits for the first connection of each pool that keeps connections open. Error: ErrTransactionMode.
func Open(ctx context.Context, c Config) (_ *Pools, err error) {
	if err := RefuseTransactionMode(ctx, cmp.Or(c.Logins[WorkerRole], c.URL)); err != nil {
		return nil, err
	}
	p := &Pools{durability: cmp.Or(c.Durability, NotChecked)}
	p.background.ctx, p.background.cancel = context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	for _, s := range Specs() {
		for _, adjust := range c.Adjust {
			adjust(&s)
		}
		if err := p.open(ctx, c, s); err != nil {
			return nil, fmt.Errorf("pool %s: %w", s.Name, err)
		}
	}
	if p.Request.signer, err = signedreader.NewSigner(ctx, p.Append); err != nil {
		return nil, fmt.Errorf("pool %s: %w", Request, err)
	}
	p.background.start(p.Request.signer.KeepFresh)
	return p, nil
}

// open opens one pool.
func (p *Pools) open(ctx context.Context, c Config, s Spec) error {
	if s.Conns < 1 {
		return fmt.Errorf("%d connections, want at least 1", s.Conns)
	}
	url, inTransactionMode := cmp.Or(c.Logins[s.Role], c.URL), false
	if s.Name == Request && c.RequestURL != "" {
		url, inTransactionMode = c.RequestURL, true
	}
	config, err := s.config(url, c.Tracer, inTransactionMode)
	if err != nil {
		return err
	}
	if s.Name == Listen {
		p.listen = config
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	if s.Name == Request {
		p.Request = newRequests(pool, s, inTransactionMode)
	} else {
		*p.pool(s.Name) = pool
	}
	if s.Name == Session {
		p.sessionShares = newShares(s.Wait, 1, max(1, int(s.Conns-1)))
		p.loginShares = newShares(s.Wait+s.Wait/2, 1, 0) // many log-ins at once hash passwords on all cores, so their reads are slow
		p.checkShares = newShares(s.Wait, s.half(), 0)
	}
	if s.Min == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return pool.Ping(waitUntil(ctx, time.Now().Add(startTimeout)))
}

// pool returns the field of a pool; nil for the request pool and for the connection that listens.
func (p *Pools) pool(name Name) **pgxpool.Pool {
	switch name {
	case Append:
		return &p.Append
	case Read:
		return &p.Read
	case Session:
		return &p.Session
	case Consumer:
		return &p.Consumer
	case Outbox:
		return &p.Outbox
	case Live:
		return &p.Live
	case Lease:
		return &p.Lease
	case Request, Listen:
	}
	return nil
}

// Close closes all pools. It ends the transactions of Durably and waits until all other connections are released.
func (p *Pools) Close() {
	p.background.close()
	if p.Request != nil {
		p.Request.pool.Close()
	}
	for _, s := range Specs() {
		if pool := p.pool(s.Name); pool != nil && *pool != nil {
			(*pool).Close()
		}
	}
}

// Connect opens a connection beside the pools, which its caller closes: for LISTEN, and for the lock of a rebuild. It has no limits but
// those of TCP.
func (p *Pools) Connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, p.listen.ConnConfig)
	if err != nil {
		return nil, err
	}
	if err := p.listen.AfterConnect(ctx, conn); err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	return conn, nil
}
