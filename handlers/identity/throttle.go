// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Source is where a login comes from.
type Source struct {
	Address string // of the client, as middleware.Stack.ClientAddress returns it: of IPv6 the /64 network; "": not known
	Device  string // token of Session.Device that the browser kept from an earlier login; "": none
}

const (
	slowdownFactor  = 4                   // an account has MaxFailures × slowdownFactor failures from unknown sources before these must wait
	maxSlowdown     = time.Minute         // longest wait between two tries from unknown sources
	addressFailures = 100                 // failures from one address, of all accounts, in LockDuration
	knownFor        = 90 * 24 * time.Hour // time after the last login for which a source is known
)

// throttle holds what the limits say about one login.
type throttle struct {
	name, address, device string // keyed hashes; device is "" without a token
	knownDevice           bool   // the account has logged in from the device
	knownAddress          bool   // the account has logged in from the address
	failed                bool   // the source has failed logins of the account
	locked                bool   // the login has failed, and thereby locks the account for the source
}

// source returns the hash by which failures are counted: the device's if it is known, otherwise the address's. So nobody who shares an
// address with a person can lock the devices of that person.
func (t throttle) source() string {
	if t.knownDevice {
		return t.device
	}
	return t.address
}

// loginThrottle returns the throttle of a login before its limits are read. No user name has a slash, so hashes of sources are none of names.
func (i *Identity) loginThrottle(username string, from Source) throttle {
	t := throttle{name: i.KeyedHash("login", username), address: i.KeyedHash("login", "address/"+from.Address)}
	if isTokenShaped(from.Device) {
		t.device = i.KeyedHash("login", "device/"+from.Device)
	}
	return t
}

// checkThrottle reads the limits of a login into t. It returns a *LockedError if the login must wait:
//   - after MaxFailures failures of the account from its source, for LockDuration after the last one;
//   - after many failures of the account from unknown sources, if its source is unknown, for a second, two, four, at most maxSlowdown: it
//     slows guesses from many addresses down and never stops a person at an address or device from which they logged in before;
//   - after addressFailures failures from its address, unless its device is known, until LockDuration after the first one.
func (i *Identity) checkThrottle(ctx context.Context, t *throttle) error {
	rows, err := i.Pools.Session.Query(ctx, `
		select name, source, failures, begun_at, last_at from identity.login_failures
		where (name, source) in (($1, $2), ($1, $3), ($1, ''), ('', $2))
		union all
		select 'known', source, 0, seen_at, seen_at from identity.known_sources where name = $1 and source in ($2, $3) and seen_at > $4`,
		t.name, t.address, t.device, i.Now().Add(-knownFor))
	if err != nil {
		return fmt.Errorf("read failed logins: %w", err)
	}
	type counter struct {
		Name, Source string
		Failures     int
		Begun, Last  time.Time
	}
	counters, err := pgx.CollectRows(rows, pgx.RowToStructByPos[counter])
	if err != nil {
		return fmt.Errorf("read failed logins: %w", err)
	}
	t.knownDevice, t.knownAddress, t.failed = false, false, false
	for _, c := range counters {
		if c.Name == "known" {
			t.knownDevice = t.knownDevice || c.Source == t.device
			t.knownAddress = t.knownAddress || c.Source == t.address
		}
	}
	var until time.Time
	for _, c := range counters {
		var end time.Time
		switch {
		case c.Name == "known":
		case c.Name == "":
			if c.Failures >= addressFailures && !t.knownDevice {
				end = c.Begun.Add(i.LockDuration)
			}
		case c.Source == t.source():
			t.failed = true
			if c.Failures >= i.MaxFailures {
				end = c.Last.Add(i.LockDuration)
			}
		case c.Source == "":
			if over := c.Failures - i.MaxFailures*slowdownFactor; over >= 0 && !t.knownDevice && !t.knownAddress && c.Begun.Add(i.LockDuration).After(i.Now()) {
				end = c.Last.Add(min(maxSlowdown, time.Second<<min(over, 10)))
			}
		}
		if end.After(until) {
			until = end
		}
	}
	if remaining := until.Sub(i.Now()); remaining > 0 {
		return &LockedError{Until: until, Remaining: remaining}
	}
	return nil
}

// countFailure counts a failed login and returns the number of failures of the account from its source. A count of the source whose last failure is
// older than LockDuration, and one of several sources or accounts that began before that, starts at 1 again. countFailure deletes counts
// that no longer matter.
func (i *Identity) countFailure(ctx context.Context, t throttle) (failures int, err error) {
	now := i.Now()
	counted := [][2]string{{t.name, t.source()}, {"", t.address}}
	if !t.knownDevice && !t.knownAddress {
		counted = append(counted, [2]string{t.name, ""})
	}
	slices.SortFunc(counted, func(a, b [2]string) int { return strings.Compare(a[0]+"/"+a[1], b[0]+"/"+b[1]) }) // locked in this order by everybody
	var names, sources []string
	for _, c := range counted {
		names, sources = append(names, c[0]), append(sources, c[1])
	}
	err = i.Pools.Session.QueryRow(ctx, `
		with counted as (
			insert into identity.login_failures as f (name, source, failures, begun_at, last_at)
			select name, source, 1, $3, $3 from unnest($1::text[], $2::text[]) with ordinality as c (name, source, n) order by n
			on conflict (name, source) do update set
				failures = case when f.last_at <= $4 or (f.name = '' or f.source = '') and f.begun_at <= $4 then 1 else f.failures + 1 end,
				begun_at = case when f.last_at <= $4 or (f.name = '' or f.source = '') and f.begun_at <= $4 then $3 else f.begun_at end,
				last_at = $3
			returning name, source, failures
		)
		select failures from counted where (name, source) = ($5, $6)`,
		names, sources, now, now.Add(-i.LockDuration), t.name, t.source()).Scan(&failures)
	if err != nil {
		return 0, fmt.Errorf("count failed login: %w", err)
	}
	_, err = i.Pools.Session.Exec(ctx, `
		delete from identity.login_failures where (name, source) in (
			select name, source from identity.login_failures where last_at <= $1 order by last_at limit 100 for update skip locked)`, now.Add(-i.LockDuration))
	if err != nil {
		return 0, fmt.Errorf("delete old failed logins: %w", err)
	}
	return failures, nil
}

// uncountFailure takes back a failure that countFailure counted before the outcome was known.
func (i *Identity) uncountFailure(ctx context.Context, t throttle) error {
	_, err := i.Pools.Session.Exec(ctx, `
		with counted as (
			select name, source from identity.login_failures where (name, source) in (($1, $2), ('', $3), ($1, '')) and (source <> '' or $4)
			order by name || '/' || source for update
		), forgotten as (
			delete from identity.login_failures f using counted c where (f.name, f.source) = (c.name, c.source) and f.failures = 1
		)
		update identity.login_failures f set failures = f.failures - 1 from counted c where (f.name, f.source) = (c.name, c.source) and f.failures > 1`, t.name, t.source(), t.address, !t.knownDevice && !t.knownAddress)
	if err != nil {
		return fmt.Errorf("take back a failed login: %w", err)
	}
	return nil
}

// recordSuccess makes the source of a login known, and deletes its failed logins and what is no longer known of the account. It returns the
// token of the device: that of the source, or a new one.
func (i *Identity) recordSuccess(ctx context.Context, t throttle, from Source) (device string, err error) {
	device = from.Device
	if t.device == "" {
		if device, _, err = newToken(); err != nil {
			return "", err
		}
		t.device = i.KeyedHash("login", "device/"+device)
	}
	sources := []string{t.address, t.device}
	slices.Sort(sources)
	now := i.Now()
	_, err = i.Pools.Session.Exec(ctx, `
		with forgiven as (delete from identity.login_failures where $5 and name = $1 and source = $6),
		forgotten as (delete from identity.known_sources where name = $1 and seen_at <= $4 and source <> all ($2))
		insert into identity.known_sources as k (name, source, seen_at) select $1, source, $3 from unnest($2::text[]) as source
		on conflict (name, source) do update set seen_at = $3`,
		t.name, sources, now, now.Add(-knownFor), t.failed, t.source())
	if err != nil {
		return "", fmt.Errorf("record source of login: %w", err)
	}
	return device, nil
}
