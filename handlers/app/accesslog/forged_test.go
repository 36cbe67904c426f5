// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

// worker returns functions for one database: run executes a statement as sol_worker, and recorded returns columns of all records.
func worker(t *testing.T) (db *storetest.DB, run func(sql string, args ...any) error, recorded func(columns string) []string) {
	t.Helper()
	db = storetest.New(t)
	owner := storetest.Connect(t, db.URL)
	run = func(sql string, args ...any) error {
		_, err := db.Store.Pools().Consumer.Exec(t.Context(), sql, args...)
		return err
	}
	recorded = func(columns string) []string {
		t.Helper()
		rows, _ := owner.Query(t.Context(), `select concat_ws(' ', `+columns+`) from access.records order by position`)
		all, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	return db, run, recorded
}

// TestAnotherSearchReplacesNoSearch: what is typed further takes the place of a search only if all else about both is the same.
func TestAnotherSearchReplacesNoSearch(t *testing.T) {
	_, run, recorded := worker(t)
	const search = `select access.append_search(%s::jsonb, %s, %s, %t)`
	first := `'{"kind":"search","person":"%s","subject":"citizen","hashes":["h1"],"address":"192.0.2.1","session":"s","workstation":"w"}'`
	for n, c := range []struct {
		name, record, typed, covers string
		sent, replaces              bool
	}{
		{"a letter more", strings.ReplaceAll(first, "h1", "h12"), `'{h12}'`, `'{h,h1,h12}'`, false, true},
		{"a letter less", strings.ReplaceAll(first, "h1", "h"), `'{h}'`, `'{h}'`, false, true},
		{"a letter less, and sent", strings.ReplaceAll(first, "h1", "h"), `'{h}'`, `'{h}'`, true, false},
		{"nothing typed", first, `'{}'`, `'{}'`, false, false},
		{"refused", strings.Replace(first, `"kind"`, `"outcome":"refused","kind"`, 1), `'{h1}'`, `'{h1,h}'`, false, false},
		{"another kind", strings.Replace(first, `search`, `list`, 1), `'{h1}'`, `'{h1,h}'`, false, false},
		{"without subject", strings.Replace(first, `citizen`, ``, 1), `'{h1}'`, `'{h1,h}'`, false, false},
		{"another subject", strings.Replace(first, `citizen`, `other`, 1), `'{h}'`, `'{h1,h}'`, false, false},
		{"another session", strings.Replace(first, `"s"`, `""`, 1), `'{h1}'`, `'{h1,h}'`, false, false},
		{"another address", strings.Replace(first, `192.0.2.1`, `192.0.2.2`, 1), `'{h1}'`, `'{h1,h}'`, false, false},
		{"another workstation", strings.Replace(first, `"w"`, `"x"`, 1), `'{h1}'`, `'{h1,h}'`, false, false},
	} {
		person := fmt.Sprintf("person-%d", n)
		as := func(record string) string { return fmt.Sprintf(record, person) }
		for _, sql := range []string{
			fmt.Sprintf(search, as(first), `'{h1}'`, `'{h1,h}'`, true), fmt.Sprintf(search, as(c.record), c.typed, c.covers, !c.sent), `select access.append_typed(true)`,
		} {
			if err := run(sql); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
		}
		got := slices.DeleteFunc(recorded(`person, kind, outcome, subject, session, address, workstation`), func(r string) bool { return !strings.HasPrefix(r, person+" ") })
		want := map[bool]int{true: 1, false: 2}[c.replaces]
		if len(got) != want || got[0] != person+" search shown citizen s 192.0.2.1 w" {
			t.Errorf("%s: got %q, want %d records, the first as it was typed", c.name, got, want)
		}
	}
}

// TestASearchThatCannotBeStoredStopsNoOther: what cannot become a record is refused at once, or is stored as text.
func TestASearchThatCannotBeStoredStopsNoOther(t *testing.T) {
	_, run, recorded := worker(t)
	for _, bad := range []string{
		`{"kind":"","person":"mallory"}`, `{"person":"mallory"}`, `{"kind":"search","outcome":"seen","person":"mallory"}`, `{"kind":"search","person":"mallory","terms":"YQ=="}`,
		`{"kind":"search","person":"mallory","shown":["no id"]}`,
	} {
		if err := run(`select access.append_search($1::text::jsonb, '{a}', '{a}', true)`, bad); err == nil {
			t.Errorf("%s is kept, want an error", bad)
		}
	}
	// No index holds a subject as long as this one.
	if err := run(`select access.append_search(jsonb_build_object('kind', 'search', 'person', 'mallory', 'subject',
		(select string_agg(encode(sha256(n::text::bytea), 'hex'), '') from generate_series(1, 200) n)), '{a}', '{a}', true)`); err != nil {
		t.Fatal(err)
	}
	if err := run(`select access.append_search('{"kind":"search","person":"victim","subject":"citizen"}', '{a}', '{a}', true)`); err != nil {
		t.Fatal(err)
	}
	if err := run(`select access.append_typed(true)`); err != nil {
		t.Fatal(err)
	}
	got := recorded(`person, kind, subject, length(detail) > 10000`)
	slices.Sort(got)
	if want := []string{"mallory search  t", "victim search citizen f"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestNobodyTellsWhenASearchWasTyped: only the function that settles a search sets when it was typed.
func TestNobodyTellsWhenASearchWasTyped(t *testing.T) {
	_, run, recorded := worker(t)
	for _, sql := range []string{
		`select access.append('[{"kind":"search","person":"a","typed_at":"2020-01-01"}]')`,
		`select access.append_search('{"kind":"search","person":"b","typed_at":"2020-01-01"}', '{}', '{}', false)`,
		`select access.append_search('{"kind":"search","person":"c","typed_at":"2020-01-01"}', '{a}', '{a}', true)`,
		`select access.append_typed(true)`,
	} {
		if err := run(sql); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := recorded(`person, typed_at > now() - interval '1 minute'`), []string{"a", "b", "c t"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, sql := range []string{`select access.append_rows('[{"kind":"search","typed_at":"2020-01-01"}]', true)`, `select access.settle(t) from access.typed t`} {
		if err := run(sql); err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: got %v, want permission denied", sql, err)
		}
	}
}

// TestNoNodeDestroysTheKeyOfAMonth: keys of months are destroyed with the month alone, and wrapped again like all.
func TestNoNodeDestroysTheKeyOfAMonth(t *testing.T) {
	db, _, _ := worker(t)
	sealed, err := accesslog.NewSealer(db.Store).Seal(t.Context(), accesslog.TermsLabel, "Dora Esempio")
	if err != nil {
		t.Fatal(err)
	}
	nodes := db.Store.Pools().Append
	for _, sql := range []string{
		`update keys.keys set wrapped = null, destroyed_at = clock_timestamp() where id = $1::text::uuid`,
		`insert into keys.keys (id, stream, subject, destroyed_at) select gen_random_uuid(), stream, '', now() from keys.keys where id = $1::text::uuid`,
	} {
		if _, err := nodes.Exec(t.Context(), sql, sealed.Key); err == nil {
			t.Errorf("sol_append can run %q, want an error", sql)
		}
	}
	if _, err := nodes.Exec(t.Context(), `update keys.keys set wrapped = wrapped || '' where id = $1::text::uuid`, sealed.Key); err != nil {
		t.Errorf("wrapped again: %v", err)
	}
	if text, err := accesslog.NewSealer(db.OpenNode(t)).Open(t.Context(), accesslog.TermsLabel, sealed); err != nil || text != "Dora Esempio" {
		t.Errorf("got %q, %v", text, err)
	}
}
