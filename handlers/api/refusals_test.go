// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
)

// formWith returns a valid form with one change.
func formWith(change func(f, requester fields)) fields {
	f := form(torino)
	change(f, f["requester"].(fields))
	return f
}

func withAttachments(files ...fields) fields {
	f := form(torino)
	f["attachments"] = files
	return f
}

func file(name string, content []byte) fields {
	return fields{"name": name, "content_base64": base64.StdEncoding.EncodeToString(content)}
}

func TestBadFormsAreRefused(t *testing.T) {
	w := newFixture(t)
	w.logIn("anna", person.ASROperator, torino)
	pdf := []byte("%PDF-1.4")
	head, _, err := w.store.Head(t.Context())
	w.must(err)
	for name, c := range map[string]struct {
		body    any
		headers []string
		status  int
		kind    string
		parts   []string
	}{
		"no body":            {nil, nil, 400, "malformed-body", []string{"/openapi.json"}},
		"malformed JSON":     {`{"service": "ritiro`, nil, 400, "malformed-body", []string{"/openapi.json"}},
		"something after it": {`{} {}`, nil, 400, "malformed-body", nil},
		"not JSON at all":    {`<form/>`, []string{"Content-Type", "application/xml"}, 415, "unsupported-media-type", []string{"application/json"}},
		"huge JSON":          {`{"description":"` + strings.Repeat("a", 8<<20) + `"}`, nil, 413, "body-too-large", []string{"1 MB"}},
		"a list":             {`[]`, nil, 422, "invalid", []string{"object"}},
		"an unknown field": {formWith(func(f, _ fields) { f["colour"] = "blue" }), nil, 422, "invalid",
			[]string{`"field":"colour"`, "not a field", "/openapi.json"}},
		"an unknown field inside": {formWith(func(_, r fields) { r["age"] = 3 }), nil, 422, "invalid", []string{`"field":"requester.age"`}},
		"a wrong type":            {formWith(func(f, _ fields) { f["description"] = 7 }), nil, 422, "invalid", []string{`"field":"description"`, "string"}},
		"a missing field":         {formWith(func(f, _ fields) { delete(f, "entity") }), nil, 422, "invalid", []string{`"field":"entity"`, "is required"}},
		"a missing field inside":  {formWith(func(_, r fields) { delete(r, "phone") }), nil, 422, "invalid", []string{`"field":"requester.phone"`, "is required"}},
		"a wrong check character": {formWith(func(_, r fields) { r["tax_code"] = "RSSMRA80A01H501V" }), nil, 422, "invalid",
			[]string{`"field":"requester.tax_code"`, `"allowed":"`}},
		"a wrong e-mail":      {formWith(func(_, r fields) { r["email"] = "maria" }), nil, 422, "invalid", []string{`"field":"requester.email"`}},
		"a wrong telephone":   {formWith(func(_, r fields) { r["phone"] = "poi" }), nil, 422, "invalid", []string{`"field":"requester.phone"`}},
		"a blank name":        {formWith(func(_, r fields) { r["given_name"] = " " }), nil, 422, "invalid", []string{`"field":"requester.given_name"`}},
		"a wrong role":        {formWith(func(_, r fields) { r["role"] = "sindaco" }), nil, 422, "invalid", []string{`"field":"requester.role"`, "genitore"}},
		"an unknown service":  {formWith(func(f, _ fields) { f["service"] = "posta" }), nil, 422, "invalid", []string{`"field":"service"`, "ritiro-documenti"}},
		"an unknown problem":  {formWith(func(f, _ fields) { f["problem"] = "boh" }), nil, 422, "invalid", []string{`"field":"problem"`, "referto-non-trovato"}},
		"an unknown entity":   {formWith(func(f, _ fields) { f["entity"] = "999999" }), nil, 422, "invalid", []string{`"field":"entity"`, "010301"}},
		"the Region":          {formWith(func(f, _ fields) { f["entity"] = "regione" }), nil, 422, "invalid", []string{`"field":"entity"`}},
		"an operator's field": {formWith(func(f, _ fields) { f["channel"] = "telefono" }), nil, 422, "invalid", []string{`"field":"channel"`}},
		"no valid base64": {withAttachments(fields{"name": "a.pdf", "content_base64": "!"}), nil, 422, "invalid",
			[]string{`"field":"attachments[0].content_base64"`, "base64"}},
		"a type of file that is not accepted": {withAttachments(file("a.pdf", pdf), file("a.exe", pdf)), nil, 422, "invalid",
			[]string{`"field":"attachments[1].name"`, "pdf, doc, docx, xls, xlsx, zip, png, gif, jpeg"}},
		"content that is not its extension": {withAttachments(file("a.pdf", pdf), file("b.pdf", pdf), file("c.png", pdf)), nil, 422, "invalid",
			[]string{`"field":"attachments[2].content_base64"`, "image/png"}},
		"an empty file": {withAttachments(file("a.pdf", nil)), nil, 422, "invalid", []string{`"field":"attachments[0].content_base64"`, "1048576"}},
		"a file over 1 MB": {withAttachments(file("a.pdf", append(bytes.Clone(pdf), make([]byte, 1<<20)...))), nil, 422, "invalid",
			[]string{`"field":"attachments[0].content_base64"`, "over 1 MB"}},
		"six files": {withAttachments(file("a.pdf", pdf), file("a.pdf", pdf), file("a.pdf", pdf), file("a.pdf", pdf), file("a.pdf", pdf), file("a.pdf", pdf)), nil, 422, "invalid",
			[]string{`"field":"attachments"`, "at most 5"}},
		"several errors at once": {formWith(func(f, r fields) {
			r["tax_code"], f["entity"], f["attachments"] = "X", "0", []fields{file("a.exe", pdf)}
		}), nil, 422, "invalid", []string{`"requester.tax_code"`, `"entity"`, `"attachments[0].name"`}},
		"an invalid token": {form(torino), []string{"Authorization", "Bearer abc"}, 401, "unauthorized", []string{"POST /api/v1/sessions"}},
		"another scheme":   {form(torino), []string{"Authorization", "Basic YTpi"}, 401, "unauthorized", nil},
	} {
		t.Run(name, func(t *testing.T) {
			w.in(t).anonymous().post("/api/v1/tickets", c.body, c.headers...).problem(c.status, c.kind, c.parts...)
		})
	}
	if now, _, err := w.store.Head(t.Context()); err != nil || now != head {
		t.Errorf("head: got %v, %v, want %v", now, err, head)
	}
	for _, personal := range []string{"RSSMRA80A01H501V", "maria@example.org", "Finzione"} {
		if strings.Contains(w.log.String(), personal) {
			t.Errorf("got %s in the log, want no personal data", personal)
		}
	}
}

func TestBadUpdatesAreRefused(t *testing.T) {
	w := newFixture(t)
	anna, rita := w.logIn("anna", person.ASROperator, torino), w.logIn("rita", person.RegionalOperator, catalog.Region)
	w.logIn("bruna", person.ASROperator, novara)
	torinoID := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	other := w.anonymous().post("/api/v1/tickets", formWith(func(_, r fields) { r["tax_code"] = "MRTMTT25D09F205Z" })).want(201).text("number")
	novaraTicket := w.anonymous().post("/api/v1/tickets", form(novara)).want(201)
	atRegion := w.anonymous().post("/api/v1/tickets", formWith(func(f, r fields) {
		f["service"], f["problem"] = "assistenza-online", "altro"
		r["role"] = "operatore_asr"
	})).want(201).text("id")
	note := public("testo")
	for name, c := range map[string]struct {
		caller user
		id     string
		body   any
		status int
		kind   string
		parts  []string
	}{
		"closing":                     {anna, torinoID, fields{"status": "chiuso"}, 409, "forbidden-move", []string{"FAQ 2.5", "the system alone closes"}},
		"an unknown status":           {anna, torinoID, fields{"status": "fatto"}, 422, "invalid", []string{`"field":"status"`, "in_attesa_utente"}},
		"asking without a note":       {anna, torinoID, fields{"status": "in_attesa_utente"}, 422, "invalid", []string{`"field":"note"`, "FAQ 2.4", "public"}},
		"resolving without a note":    {anna, torinoID, fields{"status": "risolto"}, 422, "invalid", []string{`"field":"note"`, "FAQ 2.5"}},
		"escalating without a note":   {anna, torinoID, fields{"status": "non_di_competenza"}, 422, "invalid", []string{`"field":"note"`, "FAQ 2.6"}},
		"resolving, internal note":    {anna, torinoID, fields{"status": "risolto", "note": fields{"text": "x"}}, 422, "invalid", []string{`"field":"note"`, "FAQ 2.5"}},
		"a blank note":                {anna, torinoID, fields{"note": public("  ")}, 422, "invalid", []string{`"field":"note.text"`}},
		"an unknown visibility":       {anna, torinoID, fields{"note": fields{"text": "x", "visibility": "all"}}, 422, "invalid", []string{`"field":"note.visibility"`, "internal"}},
		"a bad file with a note":      {anna, torinoID, fields{"note": fields{"text": "x", "attachments": []fields{file("a.gif", []byte("no"))}}}, 422, "invalid", []string{`"field":"note.attachments[0].content_base64"`}},
		"nothing at all":              {anna, torinoID, fields{}, 422, "invalid", []string{"nothing to update"}},
		"an assignee elsewhere":       {anna, torinoID, fields{"assignee": "bruna"}, 422, "invalid", []string{`"field":"assignee"`, "FAQ 2.3", "010301"}},
		"an unknown assignee":         {anna, torinoID, fields{"assignee": "x"}, 422, "invalid", []string{`"field":"assignee"`, "supervisori"}},
		"an unknown field":            {anna, torinoID, fields{"state": "risolto"}, 422, "invalid", []string{`"field":"state"`}},
		"a problem of another kind":   {anna, torinoID, fields{"problem": "boh"}, 422, "invalid", []string{`"field":"problem"`}},
		"a duplicate of nothing":      {anna, torinoID, fields{"duplicate_of": "2026-9999999", "note": note}, 422, "invalid", []string{`"field":"duplicate_of"`}},
		"a duplicate of another's":    {anna, torinoID, fields{"duplicate_of": other, "note": note}, 422, "invalid", []string{`"field":"duplicate_of"`, "same citizen"}},
		"a duplicate out of sight":    {anna, torinoID, fields{"duplicate_of": novaraTicket.text("number"), "note": note}, 422, "invalid", []string{"not yours to see"}},
		"redirecting to a wrong code": {rita, atRegion, fields{"entity": "999999", "note": note}, 422, "invalid", []string{`"field":"entity"`}},
		"redirecting from an ASR":     {anna, torinoID, fields{"entity": novara, "note": note}, 403, "forbidden", []string{"FAQ 2.6"}},
		"a ticket elsewhere":          {anna, novaraTicket.text("id"), fields{"note": note}, 404, "not-found", nil},
		"an unknown ticket":           {anna, "01999999-0000-7000-8000-000000000001", fields{"note": note}, 404, "not-found", nil},
		"an invalid id":               {anna, "42", fields{"note": note}, 422, "invalid", []string{`"field":"id"`, "uuid"}},
		"without a token":             {w.anonymous(), torinoID, fields{"note": note}, 401, "unauthorized", nil},
		"as a citizen":                {w.linkHolder(torinoID), torinoID, fields{"note": note}, 403, "forbidden", []string{"cittadino"}},
	} {
		t.Run(name, func(t *testing.T) {
			before, _, err := w.store.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			c.caller.in(t).update(c.id, c.body.(fields)).problem(c.status, c.kind, c.parts...)
			if after, _, err := w.store.Head(t.Context()); err != nil || after != before {
				t.Errorf("head: got %v, %v, want %v", after, err, before)
			}
		})
	}
}

func TestCeasedEntityIsRefused(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{"calendars.json", "entities.json", "services.json"} {
		content, err := fs.ReadFile(catalog.DataFiles(), name)
		if err != nil {
			t.Fatal(err)
		}
		const lasts = `"seat": "Novara", "valid_from": "2008-01-01"`
		changed := strings.Replace(string(content), lasts, lasts+`, "valid_to": "2026-02-01", "successor": "010301"`, 1)
		files[name] = &fstest.MapFile{Data: []byte(changed)}
	}
	cat, err := catalog.Parse(files)
	if err != nil {
		t.Fatal(err)
	}
	w := newFixtureWithCatalog(t, cat)
	w.anonymous().post("/api/v1/tickets", form(novara)).problem(422, "invalid", `"field":"entity"`, "has ceased", "010301")
}

func TestStaleVersionShowsBothValues(t *testing.T) {
	w := newFixture(t)
	anna, carlo := w.logIn("anna", person.ASROperator, torino), w.logIn("carlo", person.ASROperator, torino)
	opened := w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	id := opened.text("id")
	etag := anna.ticket(id).want(200).header.Get("ETag")
	carlo.update(id, fields{"status": "in_lavorazione"}, "If-Match", etag).want(200)

	refused := anna.update(id, fields{"status": "risolto", "note": public("Fatto")}, "If-Match", etag).problem(412, "stale-version")
	conflicts := refused.list("conflicts")
	if refused.body["current"] != 2.0 || len(conflicts) == 0 {
		t.Fatalf("got %s, want the current version 2 and conflicts", refused.raw)
	}
	if c := conflicts[0]; c["field"] != "status" || c["yours"] != "risolto" || c["theirs"] != "in_lavorazione" || fmt.Sprint(c["by"]) != fmt.Sprint(map[string]any{"id": carlo.id, "name": "Prova CARLO"}) || c["at"] == nil {
		t.Fatalf("got conflict %v", c)
	}
	bruna := w.logIn("bruna", person.ASROperator, novara)
	for _, tag := range []string{etag, `"99"`} { // a conflict would disclose fields that bruna may not see
		bruna.update(id, fields{"status": "risolto", "note": public("x")}, "If-Match", tag).problem(404, "not-found")
	}
	// An update of other fields than the changed ones is accepted, with a weak or a strong tag; so is one with the current version.
	anna.update(id, fields{"note": fields{"text": "ho telefonato"}}, "If-Match", "W/"+etag).want(200)
	anna.update(id, fields{"status": "risolto", "note": public("Fatto")}, "If-Match", anna.ticket(id).header.Get("ETag")).want(200)
	anna.update(id, fields{"note": fields{"text": "x"}}, "If-Match", "ieri").problem(422, "invalid", `"field":"If-Match"`)
	anna.update(id, fields{"note": fields{"text": "x"}}, "If-Match", `"99"`).problem(412, "stale-version")
}

func TestUndoWithinTheHold(t *testing.T) {
	w := newFixture(t)
	anna, carlo := w.logIn("anna", person.ASROperator, torino), w.logIn("carlo", person.ASROperator, torino)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	anna.update(id, fields{"status": "risolto", "note": public("Sbagliato")}).want(200)
	carlo.post("/api/v1/tickets/"+id+"/undo", nil).problem(409, "forbidden-move")
	first := anna.post("/api/v1/tickets/"+id+"/undo", nil, "Idempotency-Key", "u").want(200)
	if first.text("status") != "nuovo" {
		t.Fatalf("after undo: got %s, want status nuovo", first.raw)
	}
	if again := anna.post("/api/v1/tickets/"+id+"/undo", nil, "Idempotency-Key", "u").want(200); string(again.raw) != string(first.raw) {
		t.Fatalf("repeated: got %s, want %s", again.raw, first.raw)
	}
	w.advance(rules.DefaultHold)
	if seen := w.linkHolder(id).ticket(id).want(200); strings.Contains(string(seen.raw), "Sbagliato") || seen.text("status") != "nuovo" {
		t.Fatalf("the citizen got %s, want status nuovo and no note", seen.raw)
	}
	anna.update(id, fields{"status": "risolto", "note": public("Giusto")}).want(200)
	w.advance(rules.DefaultHold)
	anna.post("/api/v1/tickets/"+id+"/undo", nil).problem(409, "forbidden-move", "shown")
}

func TestBadAddressesAreRefused(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	anna.get("/api/v1/nothing").problem(404, "not-found", "/openapi.json")
	if a := anna.do(http.MethodDelete, "/api/v1/queues", nil).problem(405, "method-not-allowed", "GET"); !strings.Contains(a.header.Get("Allow"), "GET") {
		t.Errorf("Allow: got %q, want GET", a.header.Get("Allow"))
	}
	anna.get("/api/v1/tickets?colour=blue").problem(422, "invalid", `"field":"colour"`)
	anna.get("/api/v1/tickets?limit=0").problem(422, "invalid", `"field":"limit"`)
	anna.get("/api/v1/tickets?limit=a").problem(422, "invalid", `"field":"limit"`)
	anna.get("/api/v1/tickets?sort=colour").problem(422, "invalid", `"field":"sort"`)
	anna.get("/api/v1/tickets?status=fatto").problem(422, "invalid", `"field":"status"`)
	anna.get("/api/v1/tickets?queue=altrui").problem(422, "invalid", `"field":"queue"`)
	anna.get("/api/v1/tickets?cursor=x").problem(422, "invalid", `"field":"cursor"`)
	anna.get("/api/v1/tickets?after=x").problem(422, "invalid", `"field":"after"`)
	anna.get("/api/v1/tickets?after=1.99999").problem(422, "position-ahead")
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	anna.get("/api/v1/tickets/"+id+"?at=domani").problem(422, "invalid", `"field":"at"`)
	anna.get("/api/v1/tickets/"+id+"?at=2100-01-01T00:00:00Z").problem(422, "invalid", `"field":"at"`)
	anna.get("/api/v1/tickets/"+id+"?at=2020-01-01T00:00:00Z").problem(404, "not-found")
	anna.get("/api/v1/tickets/"+id+"/events").problem(403, "forbidden", "operatore_asr")
	for _, spelling := range []string{"urn:uuid:" + id, "{" + id + "}", strings.ToUpper(id), strings.ReplaceAll(id, "-", "")} {
		anna.ticket(url.PathEscape(spelling)).problem(404, "not-found")
		anna.update(url.PathEscape(spelling), fields{"note": fields{"text": "x"}}).problem(404, "not-found")
	}
}
