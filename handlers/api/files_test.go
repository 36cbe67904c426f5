// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
)

func TestRefusedRequestStoresNoFile(t *testing.T) {
	w := newFixture(t)
	anna, bruna := w.logIn("anna", person.ASROperator, torino), w.logIn("bruna", person.ASROperator, novara)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	other := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	old := anna.ticket(id).header.Get("ETag")
	anna.update(id, fields{"status": "in_lavorazione"}).want(200)

	owner := w.connectAsOwner()
	stored := func() (n int) {
		w.must(owner.QueryRow(t.Context(), `select count(*) from log.blobs`).Scan(&n))
		return n
	}
	files := []fields{file("a.pdf", []byte("%PDF-1.4"))}
	with := func(visibility string) fields {
		return fields{"text": "ecco", "visibility": visibility, "attachments": files}
	}
	bad := form(torino)
	bad["description"], bad["attachments"] = "", files
	w.anonymous().post("/api/v1/tickets", bad).problem(422, "invalid")
	bruna.update(id, fields{"note": with("internal")}).problem(404, "not-found")
	anna.update(id, fields{"note": with("internal"), "status": "risolto"}).problem(422, "invalid")
	anna.update(id, fields{"note": with("public"), "status": "chiuso"}).problem(409, "forbidden-move")
	anna.update(id, fields{"note": with("public"), "status": "risolto"}, "If-Match", old).problem(412, "stale-version")
	anna.update(id, fields{"note": with("public")}, "If-Match", `"99"`).problem(412, "stale-version")
	anna.update("01999999-0000-7000-8000-000000000001", fields{"note": with("public")}).problem(404, "not-found")
	w.linkHolder(other).post("/api/v1/tickets/"+id+"/replies", fields{"text": "ecco", "attachments": files}).problem(404, "not-found")
	w.linkHolder(id).post("/api/v1/tickets/"+id+"/replies", fields{"text": "\u0000", "attachments": files}).problem(422, "invalid")
	if n := stored(); n != 0 {
		t.Fatalf("got %d stored blobs, want 0", n)
	}
	anna.update(id, fields{"note": with("public")}).want(200)
	w.linkHolder(id).post("/api/v1/tickets/"+id+"/replies", fields{"attachments": files}).want(200) // a reply may consist of a file only
	if n := stored(); n != 2 {
		t.Fatalf("got %d stored blobs, want 2", n)
	}
}
