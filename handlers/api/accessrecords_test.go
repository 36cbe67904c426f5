// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
)

// TestAuditorsSearchAccessRecords pages through the looks at a ticket, and asks whose data were seen.
func TestAuditorsSearchAccessRecords(t *testing.T) {
	w := newFixture(t)
	anna, ugo := w.logIn("anna", person.ASROperator, torino), w.logIn("ugo", person.Auditor, "")
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	for range 3 {
		anna.ticket(id).want(200)
	}
	owner := w.connectAsOwner()
	looks := func() (n int) {
		w.must(owner.QueryRow(t.Context(), `select count(*) from access.records where kind = 'accesses'`).Scan(&n))
		return n
	}
	first := ugo.get("/api/v1/access-records?kind=ticket&limit=2&ticket=" + id).want(200)
	second := ugo.get("/api/v1/access-records?kind=ticket&limit=2&ticket=" + id + "&cursor=" + first.text("next_cursor")).want(200)
	items := append(first.list("items"), second.list("items")...)
	if len(items) != 3 || second.at("next_cursor") != nil {
		t.Fatalf("got %s and %s, want three records on two pages", first.raw, second.raw)
	}
	if n := looks(); n != 2 {
		t.Errorf("got %d records of two pages, want one of each", n)
	}
	for _, r := range items {
		if r["role"] != "operatore_asr" || r["entity"] != "010301" || r["controller"] != "010301" || r["ticket"] != id || r["outcome"] != "shown" || r["account"] == "" || r["number"] == "" {
			t.Errorf("got %v", r)
		}
	}
	if none := ugo.get("/api/v1/access-records?to=2020-01-01T00:00:00Z").want(200); len(none.list("items")) != 0 {
		t.Errorf("got %s, want none", none.raw)
	}
	for _, query := range []string{"outcome=seen", "cursor=x", "ticket=1", "from=ieri", "account=%00", "limit=0", "from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z"} {
		ugo.get("/api/v1/access-records?" + query).want(422)
	}
	number := anna.ticket(id).want(200).text("number")
	if byNumber := ugo.get("/api/v1/access-records?kind=ticket&limit=50&ticket=" + number).want(200); len(byNumber.list("items")) != 4 {
		t.Errorf("by number: got %s, want the records of the ticket", byNumber.raw)
	}
	ugo.get("/api/v1/access-records?ticket=2026-999999999").want(422)
	report := ugo.get("/api/v1/access-report?ticket=" + id).want(200)
	rows := report.list("items")
	if len(rows) != 1 || rows[0]["openings"] != 7.0 || rows[0]["email"] == "" || report.at("complete") != true || report.at("summary", "persons") != 1.0 {
		t.Errorf("got %s", report.raw)
	}
	if byNumber := ugo.get("/api/v1/access-report?ticket=" + number).want(200); byNumber.at("summary", "persons") != 1.0 {
		t.Errorf("by number: got %s", byNumber.raw)
	}
	ugo.get("/api/v1/access-report").want(422)
	ugo.get("/api/v1/access-report?ticket=x").want(422)
	anna.get("/api/v1/access-report?ticket=" + id).want(403)
}
