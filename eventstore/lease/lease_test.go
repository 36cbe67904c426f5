// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lease_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sol-assistenza/sol/eventstore/lease"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// forever is a duration that no test waits for.
const forever = time.Hour

// renewals records the calls of a RenewFunc, which renews the claims that renews names.
type renewals struct {
	mu     sync.Mutex
	calls  [][]string
	renews []string
	err    error
}

func (r *renewals) renew(_ context.Context, _ time.Duration, claims []string) ([]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.Sort(claims)
	r.calls = append(r.calls, claims)
	return r.renews, r.err
}

// last returns the claims of the last call.
func (r *renewals) last() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.calls) == 0 {
		return nil
	}
	return r.calls[len(r.calls)-1]
}

func waitUntil(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("did not happen: %s", what)
		}
		<-time.After(time.Millisecond)
	}
}

func TestClaimsInHandAreRenewedTogether(t *testing.T) {
	r := &renewals{renews: []string{"a", "b"}}
	k := lease.NewKeeper(2*time.Second, r.renew)
	a, releaseA := k.Hold(t.Context(), "a", time.Now())
	_, releaseB := k.Hold(t.Context(), "b", time.Now())
	waitUntil(t, "both are renewed in one call", func() bool { return slices.Equal(r.last(), []string{"a", "b"}) })
	if !releaseB() {
		t.Error("release of a renewed claim: got false, want true")
	}
	waitUntil(t, "one is renewed alone", func() bool { return slices.Equal(r.last(), []string{"a"}) })
	if a.Err() != nil {
		t.Errorf("renewed claim: got an end by %v, want none", context.Cause(a))
	}
	releaseA()
	if !errors.Is(a.Err(), context.Canceled) || errors.Is(context.Cause(a), lease.ErrLost) {
		t.Errorf("released claim: got %v, want an end that is no loss", context.Cause(a))
	}
}

func TestClaimEndsWhenItIsNotRenewed(t *testing.T) {
	for name, r := range map[string]*renewals{
		"refused": {}, "failing": {err: errors.New("no connection")}, "another one": {renews: []string{"b"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := lease.NewKeeper(40*time.Millisecond, r.renew)
			held, release := k.Hold(t.Context(), "a", time.Now())
			defer release()
			<-held.Done()
			if !errors.Is(context.Cause(held), lease.ErrLost) {
				t.Errorf("got cause %v, want %v", context.Cause(held), lease.ErrLost)
			}
		})
	}
}

// A claim that was made long before Hold, as by a process that was frozen in between, has ended.
func TestClaimLastsFromTheTimeBeforeItWasMade(t *testing.T) {
	k := lease.NewKeeper(forever, (&renewals{}).renew)
	held, release := k.Hold(t.Context(), "a", time.Now().Add(-2*forever))
	<-held.Done()
	if release() {
		t.Error("release of a claim that has ended: got true, want false")
	}
}

func TestReleaseWaitsForTheRenewalUnderWay(t *testing.T) {
	started, resume := make(chan struct{}), make(chan struct{})
	var once sync.Once
	ended := false
	k := lease.NewKeeper(time.Second, func(context.Context, time.Duration, []string) ([]string, error) {
		once.Do(func() { close(started) })
		<-resume
		ended = true // the race detector sees it if release does not wait
		return nil, nil
	})
	_, release := k.Hold(t.Context(), "a", time.Now())
	<-started
	go close(resume)
	release()
	if !ended {
		t.Error("got an end of release during a renewal, want one after it")
	}
}

// A claim that was released at the moment at which it ended, and made again at once, is held again: the end is that of the first one.
func TestEndOfAReleasedClaimDoesNotEndTheNextOne(t *testing.T) {
	k := lease.NewKeeper(forever, (&renewals{}).renew)
	for n := range 20_000 {
		_, releaseFirst := k.Hold(t.Context(), "a", time.Now().Add(-forever)) // ends now
		releaseFirst()
		_, release := k.Hold(t.Context(), "a", time.Now())
		runtime.Gosched()
		if !release() {
			t.Fatalf("attempt %d: got a claim that has ended, want one that is held", n)
		}
	}
}
