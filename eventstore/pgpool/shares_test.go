// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// expectShare calls acquire and checks whether it gets a share or ErrUnavailable. It returns the function that releases the share.
func expectShare(t *testing.T, what string, acquire func(context.Context) (func(), error), want error) (release func()) {
	t.Helper()
	release, err := acquire(t.Context())
	if !errors.Is(err, want) {
		t.Fatalf("%s: got %v, want %v", what, err, want)
	}
	return release
}

// Each kind of use has one connection of the session pool, and all kinds together leave one. A caller who waits in vain for the second of
// these limits keeps nothing.
func TestKindsOfSessionUseLeaveAConnection(t *testing.T) {
	p, _ := openPools(t, pgpool.Session, func(s *pgpool.Spec) { s.Conns, s.Wait = 3, 300*time.Millisecond })
	share := func(kind string) func(context.Context) (func(), error) {
		return func(ctx context.Context) (func(), error) { return p.ShareSession(ctx, kind) }
	}
	drafts := expectShare(t, "drafts", share("drafts"), nil)
	expectShare(t, "drafts again", share("drafts"), pgpool.ErrUnavailable)
	marks := expectShare(t, "marks", share("marks"), nil)
	expectShare(t, "a third kind", share("presence"), pgpool.ErrUnavailable)
	drafts()
	expectShare(t, "the third kind, when another has ended", share("presence"), nil)()
	expectShare(t, "drafts, when they have ended", share("drafts"), nil)()
	marks()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	defer expectShare(t, "drafts", share("drafts"), nil)()
	if _, err := p.ShareSession(ended, "drafts"); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the caller's context: got %v, want %v", err, context.Canceled)
	}
}

// One log-in at a time reads. Log-ins and checks of sessions together leave a connection.
func TestLogInsAndChecksLeaveAConnection(t *testing.T) {
	p, _ := openPools(t, pgpool.Session, func(s *pgpool.Spec) { s.Conns, s.Wait = 3, 300*time.Millisecond })
	login := expectShare(t, "a log-in", p.ShareLogin, nil)
	expectShare(t, "another log-in", p.ShareLogin, pgpool.ErrUnavailable)
	check := expectShare(t, "a check", p.ShareCheck, nil)
	expectShare(t, "another check", p.ShareCheck, pgpool.ErrUnavailable)
	login()
	second := expectShare(t, "another check, when the log-in has ended", p.ShareCheck, nil)
	expectShare(t, "a log-in while two checks read", p.ShareLogin, pgpool.ErrUnavailable)
	second()
	expectShare(t, "a log-in, when a check has ended", p.ShareLogin, nil)()
	check()
}
