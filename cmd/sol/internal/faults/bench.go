// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/cmd/sol/internal/dbproxy"
	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/bench"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/migrations"
)

// Benchmark is the configuration of a benchmark of takeovers.
type Benchmark struct {
	Kinds  []string // of the faults
	Rounds int      // faults of each kind
}

// The bounds of a takeover, in seconds.
const (
	p50Bound = 5
	maxBound = 12
)

// Run starts two nodes and makes the first, which runs all consumers, fail. It measures for each consumer, for the outbox and for the timers
// the time from the fault until what was open then is done. The server gets a database for each round. It writes median and maximum of each kind of fault, one bench.Figure a line.
func (c Benchmark) Run(ctx context.Context, w io.Writer, server *embedpg.Server, keyFile string) (err error) {
	dir, err := os.MkdirTemp("", "sol-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for _, kind := range c.Kinds {
		fault := Fault(kind)
		if !slices.Contains(All(), fault) {
			return fmt.Errorf("fault %q: want one of %q", kind, All())
		}
		took := map[string][]float64{}
		for round := range c.Rounds {
			b := benchRound{server: server, fault: fault, dir: dir, keyFile: keyFile, name: fmt.Sprintf("takeover_%d_%d", slices.Index(All(), fault), round)}
			if err := b.play(ctx, took); err != nil {
				return fmt.Errorf("%s, round %d: %w", fault, round+1, err)
			}
		}
		if err := writeFigures(w, fault, took); err != nil {
			return err
		}
	}
	return nil
}

// writeFigures writes the figures of a fault: of the consumers, the outbox and the timers, and of all.
func writeFigures(w io.Writer, fault Fault, took map[string][]float64) error {
	took["all"] = slices.Concat(took["consumers"], took["outbox"], took["timers"])
	out := json.NewEncoder(w)
	for _, kind := range []string{"consumers", "outbox", "timers", "all"} {
		seconds := slices.Sorted(slices.Values(took[kind]))
		if len(seconds) == 0 {
			continue
		}
		name, n := fmt.Sprintf("takeover-%s-%s", fault, kind), len(seconds)
		for _, f := range []bench.Figure{
			{Name: name + "-p50", Value: seconds[n/2], Against: fmt.Sprintf("bound: %d s; %d measurements", p50Bound, n), Ratio: seconds[n/2] / p50Bound},
			{Name: name + "-max", Value: seconds[n-1], Against: fmt.Sprintf("bound: %d s; %d measurements", maxBound, n), Ratio: seconds[n-1] / maxBound},
		} {
			f.Unit = "s"
			if err := out.Encode(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// benchRound is one fault on a database of its own.
type benchRound struct {
	server             *embedpg.Server
	fault              Fault
	name, dir, keyFile string
}

// play plays the round and adds the seconds that each kind of work took.
func (b benchRound) play(ctx context.Context, took map[string][]float64) (err error) {
	store, err := b.openStore(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	proxy, proxied, err := dbproxy.NewForURL(b.server.URL(b.name))
	if err != nil {
		return err
	}
	defer proxy.Close()
	victim, err := b.startNode(ctx, "victim", proxied) // alone, so that it leads all consumers
	if err != nil {
		return err
	}
	defer victim.End()
	survivor, err := b.startNode(ctx, "survivor", b.server.URL(b.name))
	if err != nil {
		return err
	}
	defer survivor.End()
	working, stop := context.WithCancel(ctx)
	load := benchLoad{app: app.NewTicketDispatcher(store, rules.Engine{Catalog: catalog.Default()}), closed: make(chan struct{})}
	ended := make(chan error, 1)
	go func() { ended <- load.run(working) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()
	select {
	case <-load.closed: // tickets close by themselves
	case failure := <-ended:
		ended <- nil
		return failure
	}
	at := time.Now()
	if err := b.fault.Apply(victim.Process(), proxy); err != nil {
		return err
	}
	position, err := load.open(ctx)
	if err != nil {
		return err
	}
	work, err := OpenWork(ctx, store.Pools().Read, position)
	if err != nil {
		return err
	}
	return measure(ctx, store.Pools().Read, work, at, took)
}

// measureTimeout is the time after which a measurement fails: nobody takes over.
const measureTimeout = 2 * time.Minute

// measure waits until the work is done and adds the seconds since a time: for each consumer to took["consumers"], and to took["outbox"] and
// took["timers"].
func measure(ctx context.Context, db *pgxpool.Pool, work Work, since time.Time, took map[string][]float64) error {
	ctx, cancel := context.WithTimeout(ctx, measureTimeout)
	defer cancel()
	consumers, err := Consumers(ctx, db)
	if err != nil {
		return err
	}
	all, err := work.Measure(ctx, db, since, consumers)
	for _, t := range all {
		kind := t.Part
		if slices.Contains(consumers, kind) {
			kind = "consumers"
		}
		took[kind] = append(took[kind], t.Time.Seconds())
	}
	return err
}

// openStore creates the database of the round and opens its log.
func (b benchRound) openStore(ctx context.Context) (*eventstore.Store, error) {
	conn, err := pgx.Connect(ctx, b.server.URL("sol"))
	if err != nil {
		return nil, err
	}
	_, err = conn.Exec(ctx, `create database `+b.name)
	_ = conn.Close(ctx)
	if err == nil {
		err = migrations.Up(ctx, b.server.URL(b.name))
	}
	if err != nil {
		return nil, err
	}
	key, err := masterkey.InFile(b.keyFile).ReadNewest()
	if err != nil {
		return nil, err
	}
	return eventstore.Open(ctx, eventstore.Config{Logins: pgpool.TrustedLogins(b.server.URL(b.name)), MasterKey: key, Pools: []func(*pgpool.Spec){pgpool.Small}})
}

// startNode starts a node of the round.
func (b benchRound) startNode(ctx context.Context, role, databaseURL string) (*Node, error) {
	return StartNode(ctx, NodeConfig{Dir: filepath.Join(b.dir, b.name+"-"+role), DatabaseURL: databaseURL, Env: []string{
		"SOL_MASTER_KEY_FILE=" + b.keyFile, "SOL_AUTO_CLOSE_AFTER=1s", "SOL_HOLD=0s", "SOL_LOG=text,error",
	}})
}
