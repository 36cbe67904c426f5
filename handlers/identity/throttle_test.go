// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/identity"
)

const (
	office   = "192.0.2.7"    // where the person works
	home     = "198.51.100.9" // where the person is too
	attacker = "203.0.113.66"
)

// refusal returns the error of a login with a wrong PIN.
func (h *fixture) refusal(username string, from identity.Source) error {
	h.t.Helper()
	_, err := h.LoginFrom(context.Background(), username, password, "9999", from)
	if !errors.Is(err, identity.ErrCredentials) && !errors.As(err, new(*identity.LockedError)) {
		h.t.Fatalf("got %v, want a refusal", err)
	}
	return err
}

// fail fails logins of a user name from a source.
func (h *fixture) fail(username string, from identity.Source, times int) {
	h.t.Helper()
	for range times {
		_ = h.refusal(username, from)
	}
}

// enter logs in, and returns the session.
func (h *fixture) enter(username string, from identity.Source) identity.Session {
	h.t.Helper()
	s, err := h.LoginFrom(context.Background(), username, password, pin, from)
	if err != nil {
		h.t.Fatalf("%s from %+v: %v", username, from, err)
	}
	return s
}

// wantLocked checks that a login with the right secrets must wait, and returns for how long.
func (h *fixture) wantLocked(username string, from identity.Source) time.Duration {
	h.t.Helper()
	var locked *identity.LockedError
	if _, err := h.LoginFrom(context.Background(), username, password, pin, from); !errors.As(err, &locked) {
		h.t.Fatalf("%s from %+v: got %v, want a lock", username, from, err)
	}
	return locked.Remaining
}

// Failures from one address lock the account for that address and for no other.
func TestFailuresLockTheirAddressAlone(t *testing.T) {
	h := newFixture(t)
	h.account("gina", operatorAt(torino))
	h.fail("gina", identity.Source{Address: attacker}, 8)
	if d := h.wantLocked("gina", identity.Source{Address: attacker}); d > 15*time.Minute || d < 14*time.Minute {
		t.Errorf("got a lock for %s, want 15 minutes", d)
	}
	h.enter("gina", identity.Source{Address: office})
	h.clock.Advance(15 * time.Minute)
	h.enter("gina", identity.Source{Address: attacker})
}

// Somebody at the same address, behind the same NAT, locks the address but not the person's own device.
func TestKnownDeviceIsNotLockedByOthersAtItsAddress(t *testing.T) {
	h := newFixture(t)
	h.account("gina", operatorAt(torino))
	device := h.enter("gina", identity.Source{Address: office}).Device
	h.fail("gina", identity.Source{Address: office}, 5)
	h.wantLocked("gina", identity.Source{Address: office})
	if s := h.enter("gina", identity.Source{Address: office, Device: device}); s.Device != device {
		t.Error("the token of the device was changed")
	}
	h.enter("gina", identity.Source{Address: home, Device: device}) // it moves with the person

	// The device's own failures lock the device, and a device of somebody else or an invented one is none of the person's.
	h.fail("gina", identity.Source{Address: home, Device: device}, 5)
	h.wantLocked("gina", identity.Source{Address: home, Device: device})
	h.account("ugo", operatorAt(torino))
	other := h.enter("ugo", identity.Source{Address: attacker}).Device
	h.fail("gina", identity.Source{Address: attacker, Device: other}, 5)
	h.wantLocked("gina", identity.Source{Address: attacker, Device: device[1:] + "A"})
	h.wantLocked("gina", identity.Source{Address: attacker})
}

// Failures from many addresses slow unknown addresses down, more and more, for at most a minute. A known address is never slowed down.
func TestFailuresFromManyAddressesLockNobodyOut(t *testing.T) {
	h := newFixture(t)
	h.account("gina", operatorAt(torino))
	h.enter("gina", identity.Source{Address: office})
	var waited time.Duration
	for n := range 28 {
		err := h.refusal("gina", identity.Source{Address: fmt.Sprintf("203.0.113.%d", n)})
		if locked := (*identity.LockedError)(nil); errors.As(err, &locked) {
			if locked.Remaining > time.Minute {
				t.Fatalf("try %d must wait %s, want at most a minute", n, locked.Remaining)
			}
			waited = max(waited, locked.Remaining)
			h.clock.Advance(locked.Remaining)
			h.fail("gina", identity.Source{Address: fmt.Sprintf("203.0.113.%d", n)}, 1)
		}
	}
	if waited < 30*time.Second {
		t.Errorf("the longest wait was %s, want it to grow to a minute", waited)
	}
	if d := h.wantLocked("gina", identity.Source{Address: home}); d > time.Minute {
		t.Errorf("an unknown address must wait %s, want at most a minute", d)
	}
	h.enter("gina", identity.Source{Address: office})
	h.clock.Advance(time.Minute)
	h.enter("gina", identity.Source{Address: home})
	h.enter("gina", identity.Source{Address: home}) // known now
}

// One address that tries many user names is refused for all, whether they exist or not; a known device there is not.
func TestAddressWithManyFailuresIsRefused(t *testing.T) {
	h := newFixture(t)
	h.account("gina", operatorAt(torino))
	device := h.enter("gina", identity.Source{Address: office}).Device
	h.clock.Advance(time.Second)
	for n := range 100 {
		h.fail(fmt.Sprintf("nome%d", n), identity.Source{Address: office}, 1)
	}
	h.wantLocked("gina", identity.Source{Address: office})
	h.wantLocked("nessuno", identity.Source{Address: office})
	h.enter("gina", identity.Source{Address: office, Device: device})
	h.enter("gina", identity.Source{Address: home})
	h.clock.Advance(15 * time.Minute) // the bound is of a window, not renewed by each failure
	h.fail("nessuno", identity.Source{Address: office}, 1)
	h.enter("gina", identity.Source{Address: office})
}

// A user name that no account has is answered as one that an account has, at every step.
func TestUnknownUserNamesAreAnsweredAsKnownOnes(t *testing.T) {
	h := newFixture(t)
	h.account("gina", operatorAt(torino))
	answers := map[string][]string{}
	for _, username := range []string{"gina", "nessuno"} {
		for n := range 30 {
			address := fmt.Sprintf("203.0.113.%d", n/6) // the sixth try of each is refused
			_, err := h.LoginFrom(context.Background(), username, password, "9999", identity.Source{Address: username + address})
			text := err.Error()
			if locked := (*identity.LockedError)(nil); errors.As(err, &locked) {
				text = "wait " + locked.Remaining.String()
			}
			answers[username] = append(answers[username], text)
			h.clock.Advance(time.Millisecond)
		}
	}
	for n := range answers["gina"] {
		if answers["gina"][n] != answers["nessuno"][n] {
			t.Errorf("try %d: got %q for an account, %q for none", n, answers["gina"][n], answers["nessuno"][n])
		}
	}
}

// An administrator unlocks an account, which is recorded with who did it.
func TestUnlock(t *testing.T) {
	h, ctx := newFixture(t), context.Background()
	id := h.account("gina", operatorAt(torino))
	if l, err := h.AccountLocks(ctx, id); err != nil || l.Sources != 0 {
		t.Fatalf("got %+v, %v, want no lock", l, err)
	}
	h.fail("gina", identity.Source{Address: office}, 5)
	h.fail("gina", identity.Source{Address: home}, 5)
	l, err := h.AccountLocks(ctx, id)
	if err != nil || l.Sources != 2 || l.Until.Sub(h.clock.Now()) > 15*time.Minute {
		t.Fatalf("got %+v, %v, want two locked sources", l, err)
	}
	if err := h.Unlock(ctx, id, "un amministratore"); err != nil {
		t.Fatal(err)
	}
	h.enter("gina", identity.Source{Address: office})
	h.fail("gina", identity.Source{Address: attacker}, 5)
	if err := h.UnlockAddress(ctx, attacker, "un amministratore"); err != nil {
		t.Fatal(err)
	}
	h.enter("gina", identity.Source{Address: attacker})
	all, err := accesslog.ListLogins(ctx, h.Pools.Request, person.Actor{ID: "auditor", Role: person.Auditor}, "", 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, r := range all {
		counts[r.Kind+" "+r.By]++
	}
	if counts["unlock un amministratore"] != 2 || counts["lock "] < 2 {
		t.Errorf("got the records %v, want locks and two unlocks", counts)
	}
	if err := h.Unlock(ctx, "00000000-0000-7000-8000-000000000000", "x"); !errors.Is(err, identity.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}
