// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package quarantine has clamd scan each file that is stored. Until clamd has found a file clean, the database lets nobody read it. What is
// to be scanned is in the database, so that neither a crash nor a clamd that is away loses a file.
package quarantine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/eventstore/keyring"
	"github.com/sol-assistenza/sol/eventstore/notify"
)

// Config configures a Scanner. Pool, Keyring and Clamd are required.
type Config struct {
	Pool    *pgxpool.Pool // connections as role sol_worker
	Keyring *keyring.Keyring
	Clamd   Clamd
	Log     *slog.Logger
	Metrics prometheus.Registerer

	PollInterval time.Duration // pause between two looks for files; 0: 1 s
	Lease        time.Duration // after which another node scans a file in place of one that is silent; 0: three times the timeout of clamd
	Workers      int           // files that are scanned at the same time; 0: 4
	LateAfter    time.Duration // after which /status tells of files that wait; 0: 1 min

	// OnClosed is called with each file that stays closed, in the transaction that stores the verdict; nil: nobody is told.
	OnClosed func(context.Context, pgx.Tx, Closed) error
	// OnScanned is called with the ticket of each file that was scanned, after the verdict was stored; nil: nobody is told.
	OnScanned func(stream uuid.UUID)
}

const (
	pingInterval    = 10 * time.Second // between two questions to a clamd that gets no files
	backlogInterval = 5 * time.Second  // between two looks at what waits
)

// maxPause is the longest pause between two questions whether clamd is back.
const maxPause = 10 * time.Second

// Scanner scans the files of the log. On each node with a clamd one runs.
type Scanner struct {
	Config
	counts counts
	down   atomic.Pointer[outage] // nil: clamd answers
	begun  bool                   // the quarantine has begun
	queued bool                   // all files of before have a row

	answeredAt, countedAt time.Time // when clamd last answered, and when what waits was last counted
}

// outage is the time in which clamd does not answer.
type outage struct {
	since time.Time
	err   error
}

// New checks the configuration and sets its defaults.
func New(c Config) (*Scanner, error) {
	if c.Pool == nil || c.Keyring == nil || !c.Clamd.IsSet() {
		return nil, errors.New("quarantine: Pool, Keyring and Clamd are required")
	}
	c.PollInterval = cmp.Or(c.PollInterval, time.Second)
	c.Lease = cmp.Or(c.Lease, 3*c.Clamd.Timeout)
	c.Workers = cmp.Or(c.Workers, 4)
	c.LateAfter = cmp.Or(c.LateAfter, time.Minute)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Scanner{Config: c, counts: newCounts(c.Metrics)}, nil
}

// Run scans until ctx ends, which is no error.
func (s *Scanner) Run(ctx context.Context) error {
	failures := 0
	for ctx.Err() == nil {
		n, err := s.round(ctx)
		pause := s.PollInterval
		switch {
		case ctx.Err() != nil:
		case err != nil:
			if failures++; failures == 1 {
				s.Log.Warn("files wait in quarantine", "clamd", s.Clamd.String(), "error", err)
			}
			pause = min(pause*time.Duration(min(failures, 100)), max(maxPause, pause))
		case failures > 0:
			s.Log.Info("files are scanned again", "clamd", s.Clamd.String())
			failures, pause = 0, 0
		case n > 0:
			pause = 0
		}
		if ctx.Err() == nil && pause > 0 {
			_ = notify.Sleep(ctx, pause) // an error means that ctx has ended
		}
	}
	return nil
}

// round scans some files and returns their number. Without a clamd that answers it takes none.
func (s *Scanner) round(ctx context.Context) (int, error) {
	if !s.begun {
		if err := Begin(ctx, s.Pool); err != nil {
			return 0, err
		}
		s.begun = true
	}
	if err := s.queueEarlier(ctx); err != nil {
		return 0, err
	}
	if err := s.count(ctx); err != nil {
		return 0, err
	}
	if s.down.Load() != nil || time.Since(s.answeredAt) > pingInterval {
		if err := s.Clamd.Ping(ctx); err != nil {
			s.down.CompareAndSwap(nil, &outage{time.Now(), err})
			return 0, err
		}
		s.answeredAt = time.Now()
		s.down.Store(nil)
	}
	files, err := s.claim(ctx, 2*s.Workers)
	if err != nil {
		return 0, err
	}
	var g errgroup.Group
	g.SetLimit(s.Workers)
	for _, f := range files {
		g.Go(func() error { return s.scan(ctx, f) })
	}
	return len(files), g.Wait()
}

// scan scans a file and stores the verdict, or when it is scanned again.
func (s *Scanner) scan(ctx context.Context, f file) error {
	content, err := s.open(ctx, f)
	switch {
	case errors.Is(err, errNotAppended):
		return s.postpone(ctx, f, err)
	case errors.Is(err, errErased):
		return s.conclude(ctx, f, Finding{Verdict: erased})
	case err != nil:
		return errors.Join(err, s.postpone(ctx, f, err))
	}
	finding, err := s.Clamd.Scan(ctx, content)
	if err != nil {
		s.counts.failures.Inc()
		postponed := s.postpone(context.WithoutCancel(ctx), f, err)
		switch {
		case ctx.Err() != nil:
		case errors.Is(err, errNoAnswer):
			s.down.CompareAndSwap(nil, &outage{time.Now(), err})
			return errors.Join(err, postponed)
		default:
			s.Log.Warn("a file could not be scanned and stays in quarantine", "ticket", f.stream, "file", f.blob, "attempts", f.attempts, "error", err)
		}
		return postponed
	}
	if finding.Verdict != Clean {
		s.Log.Warn("a file stays closed after its scan", "ticket", f.stream, "file", f.blob, "verdict", finding.Verdict, "signature", finding.Signature)
	}
	return s.conclude(ctx, f, finding)
}

// count sets the metrics of what waits.
func (s *Scanner) count(ctx context.Context) error {
	if time.Since(s.countedAt) < backlogInterval {
		return nil
	}
	b, err := s.readBacklog(ctx)
	if err == nil {
		s.countedAt = time.Now()
		s.counts.waiting.Set(float64(b.files))
		s.counts.age.Set(b.age.Seconds())
	}
	return err
}

// Late returns a sentence if clamd has not answered this node for some time, or a file waits for long although it does, and "" otherwise.
func (s *Scanner) Late(ctx context.Context) (string, error) {
	b, err := s.readBacklog(ctx)
	if err != nil {
		return "", err
	}
	const meanwhile = "%d files wait in quarantine, the oldest for %s. People see «in verifica» and cannot open them; nothing is lost"
	switch o := s.down.Load(); {
	case o != nil && time.Since(o.since) >= s.LateAfter:
		return fmt.Sprintf("clamd at %s has not answered for %s. "+meanwhile+", and they are scanned when clamd answers.", s.Clamd, time.Since(o.since).Round(time.Second), b.files, b.age.Round(time.Second)), nil
	case b.files > 0 && b.age >= lateFiles*s.LateAfter:
		return fmt.Sprintf("Scans are late: "+meanwhile+". The column error of files.scans says why a scan failed.", b.files, b.age.Round(time.Second)), nil
	}
	return "", nil
}

// lateFiles times LateAfter is the age of a file in quarantine of which /status tells.
const lateFiles = 10
