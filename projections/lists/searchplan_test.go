// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// TestEveryKindOfSearchUsesAnIndex searches for each kind of term among many tickets, and reads the plans of the query in the search function.
func TestEveryKindOfSearchUsesAnIndex(t *testing.T) {
	h := newFixture(t)
	id := h.OpenTicket(tickettest.Torino)
	h.Project()
	// Copies of the ticket with other numbers and names.
	_, err := h.Store.Pools().Consumer.Exec(t.Context(), `
		insert into read.tickets_v5 (id, entity, traces, readers, citizen, number, status, assignee, person, requester, opened_at, updated_at, version, position,
			said_until, folded)
		select gen_random_uuid(), entity, '{}', array['entity/' || entity], '', '2026-1' || lpad(n::text, 6, '0'), status, '', 'p' || n, 'Altri, ' || n, opened_at, updated_at, version, position, said_until,
			folded || jsonb_build_object('form', 'parola' || n, 'terms', jsonb_build_array('#2026-1' || n, 'n#altri' || n, 'k#' || md5(n::text)))
		from read.tickets_v5, generate_series(1, 4000) n where id = $1`, string(id))
	if err != nil {
		t.Fatal(err)
	}
	worker := h.Store.Pools().Consumer
	if _, err := worker.Exec(t.Context(), `analyze read.tickets_v5`); err != nil {
		t.Fatal(err)
	}
	var source string
	if err := worker.QueryRow(t.Context(), `select prosrc from pg_proc where oid = to_regproc($1)`, searchFunction).Scan(&source); err != nil {
		t.Fatal(err)
	}
	queries := regexp.MustCompile(`(?s)return query (select .*?);`).FindAllStringSubmatch(source, -1)
	if len(queries) != 4 {
		t.Fatalf("got %d queries in %s, want those of auditors, citizens and operators, and that of traces", len(queries), source)
	}
	for i, who := range map[int]person.Actor{0: tickettest.Auditor, 2: tickettest.Operator} {
		for _, q := range []string{
			"2026-0000001", "n. 1", "001", "Fittizia", "fitt", "Prova Fittizia", "prova@example.it", "prova", "011 0000000", "RSSMRA85T10A562S", "rssmra",
			"trovo referto", "non trovo il refe", `"trovo il referto"`, "fittizia referto",
		} {
			if found := h.countFound(who, q); found != 1 {
				t.Errorf("%s: %q finds %d tickets, want 1", who.Role, q, found)
			}
			var asked string
			if err := worker.QueryRow(t.Context(), `select `+queryFunction+`($1)::text`, h.reader.ParseSearch(q).JSON()).Scan(&asked); err != nil {
				t.Fatal(err)
			}
			sql := strings.NewReplacer("asked", "'"+strings.ReplaceAll(asked, "'", "''")+"'::tsquery", "&& r.tags", "&& array['entity/"+string(who.Entity)+"']", "as_of", "now()", "limit most", "limit 1000").
				Replace(queries[i][1])
			rows, err := worker.Query(t.Context(), "explain "+sql)
			if err != nil {
				t.Fatal(err)
			}
			lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
			plan := strings.Join(lines, "\n")
			if err != nil || !strings.Contains(plan, "Bitmap Index Scan on tickets_v5_search") || strings.Contains(plan, "Seq Scan") {
				t.Errorf("%s: %q is not found by the index of search terms, %v: %s", who.Role, q, err, plan)
			}
		}
	}
}
