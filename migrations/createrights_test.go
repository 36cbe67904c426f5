// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package migrations_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/migrations"
)

// TestExtraRightsAreFound grants rights that no migration gives, one of them on a column and one by public, and revokes one that a migration gives. A
// rebuild under way has none too many.
func TestExtraRightsAreFound(t *testing.T) {
	db := storetest.New(t)
	owner := storetest.Connect(t, db.URL)
	check := func(when string, want ...string) {
		t.Helper()
		if got, err := migrations.ExtraRights(t.Context(), db.URL); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v, want %q", when, got, err, want)
		}
	}
	execute := func(sql string) {
		t.Helper()
		if _, err := owner.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	check("migrated")
	if _, err := db.Store.Pools().Consumer.Exec(t.Context(), `select read.begin_rebuild(array['tickets_v4', 'traces_v4', 'queue_counts_v4', 'timeline_v4'])`); err != nil {
		t.Fatal(err)
	}
	check("rebuilding")
	execute(`revoke insert on log.events from sol_append`)
	check("a right less")
	execute(`grant select (wrapped) on keys.keys to sol_viewer; grant delete on log.events to sol_append; grant usage on sequence log.numbers to sol_worker;
		grant usage on schema security to sol_append; grant execute on function access.make_month(date) to public`)
	check("granted", "sol_append execute access.make_month(date) as owner", "sol_append log.events delete", "sol_append schema security usage",
		"sol_maintenance execute access.make_month(date) as owner", "sol_viewer execute access.make_month(date) as owner", "sol_viewer keys.keys select", "sol_worker execute access.make_month(date) as owner",
		"sol_worker sequence log.numbers usage")
}

// TestRightsToCreateObjectsAreRevoked gives the logins each right to create objects again, directly and by public. A check finds it, and the
// owner revokes it, once, also when several nodes start together. A right that is none of these stays.
func TestRightsToCreateObjectsAreRevoked(t *testing.T) {
	db := storetest.New(t)
	owner := storetest.Connect(t, db.URL)
	u, err := url.Parse(db.URL)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	for given, want := range map[string][]string{
		"": nil,
		"temporary on database NAME to sol_viewer": {"sol_viewer: TEMPORARY on database NAME"},
		"create on database NAME to sol_worker":    {"sol_worker: CREATE on database NAME"},
		"create on schema read to sol_append":      {"sol_append: CREATE on schema read"},
		"create on schema public to public":        {"sol_append: CREATE on schema public", "sol_maintenance: CREATE on schema public", "sol_viewer: CREATE on schema public", "sol_worker: CREATE on schema public"},
		"usage on schema keys to sol_viewer":       nil,
		"temporary, create on database NAME to public": {
			"sol_append: CREATE on database NAME", "sol_append: TEMPORARY on database NAME", "sol_maintenance: CREATE on database NAME", "sol_maintenance: TEMPORARY on database NAME",
			"sol_viewer: CREATE on database NAME", "sol_viewer: TEMPORARY on database NAME", "sol_worker: CREATE on database NAME", "sol_worker: TEMPORARY on database NAME",
		},
	} {
		if given != "" {
			if _, err := owner.Exec(t.Context(), "grant "+strings.ReplaceAll(given, "NAME", name)); err != nil {
				t.Fatal(err)
			}
		}
		for i := range want {
			want[i] = strings.ReplaceAll(want[i], "NAME", name)
		}
		var found *migrations.RightsError
		if err := migrations.CheckRights(t.Context(), db.URL); errors.As(err, &found) != (want != nil) || found == nil && err != nil {
			t.Errorf("%s: the check got %v, want an error: %t", given, err, want != nil)
		} else if found != nil && !slices.Equal(found.Rights, want) {
			t.Errorf("%s: the check found %q, want %q", given, found.Rights, want)
		}
		var nodes sync.WaitGroup
		var mu sync.Mutex
		var revoked []string
		for range 4 {
			nodes.Go(func() {
				taken, err := migrations.HoldRights(t.Context(), db.URL)
				mu.Lock()
				defer mu.Unlock()
				if revoked = append(revoked, taken...); err != nil {
					t.Errorf("%s: %v", given, err)
				}
			})
		}
		nodes.Wait()
		if !slices.Equal(revoked, want) {
			t.Errorf("%s: revoked %q, want %q, once", given, revoked, want)
		}
		if err := migrations.CheckRights(t.Context(), db.URL); err != nil {
			t.Errorf("%s: afterwards: %v", given, err)
		}
	}
	var stays bool
	if err := owner.QueryRow(t.Context(), `select has_schema_privilege('sol_viewer', 'keys', 'usage')`).Scan(&stays); err != nil || !stays {
		t.Errorf("got another right revoked, %v, want it kept", err)
	}
}
