// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
)

// TestAgreementsByTheAPI records an agreement, refuses it a second time and with wrong fields, and ends it.
func TestAgreementsByTheAPI(t *testing.T) {
	w := newFixture(t)
	ada, anna := w.logIn("ada", person.Administrator, ""), w.logIn("anna", person.ASROperator, torino)
	body := func(change fields) fields {
		b := fields{"entity": "010301", "use": "figures-per-person", "reference": "Accordo prot. 1234", "signed_on": "2026-02-02"}
		for name, value := range change {
			b[name] = value
		}
		return b
	}
	if none := ada.get("/api/v1/agreements").want(200); len(none.list("items")) != 0 || len(none.list("history")) != 0 {
		t.Errorf("got %s, want none", none.raw)
	}
	for _, change := range []fields{
		{"entity": ""}, {"entity": "999999"}, {"use": "ranking"}, {"reference": "  "}, {"signed_on": ""}, {"signed_on": "2/2/2026"}, {"signed_on": "2999-01-01"},
	} {
		ada.post("/api/v1/agreements", body(change)).problem(422, "invalid")
	}
	ada.post("/api/v1/agreements/end", fields{"entity": "010301", "use": "figures-per-person", "reference": "Disdetta"}).problem(409, "unchanged")
	items := ada.post("/api/v1/agreements", body(nil)).want(200).list("items")
	if len(items) != 1 || items[0]["entity"] != "010301" || items[0]["reference"] != "Accordo prot. 1234" || items[0]["signed_on"] != "2026-02-02" || items[0]["by"] != ada.id {
		t.Errorf("got %v", items)
	}
	ada.post("/api/v1/agreements", body(nil)).problem(409, "unchanged")
	ended := ada.post("/api/v1/agreements/end", fields{"entity": "010301", "use": "figures-per-person", "reference": "Disdetta prot. 9"}).want(200)
	if history := ended.list("history"); len(ended.list("items")) != 0 || len(history) != 2 || history[0]["kind"] != "ended" || history[0]["reference"] != "Disdetta prot. 9" {
		t.Errorf("got %s", ended.raw)
	}
	anna.get("/api/v1/agreements").problem(403, "forbidden")
	anna.post("/api/v1/agreements", body(nil)).problem(403, "forbidden")
}

// TestUnusualReadingByTheAPI: an officer without findings gets none, and an unknown one cannot be examined. The findings themselves are tested in
// handlers/app/answers.
func TestUnusualReadingByTheAPI(t *testing.T) {
	w := newFixture(t)
	officer, ugo := w.logIn("rpd", person.DataProtectionOfficer, torino), w.logIn("ugo", person.Auditor, "")
	for _, query := range []string{"", "?examined=true", "?limit=1"} {
		if none := officer.get("/api/v1/unusual-reading" + query).want(200); len(none.list("items")) != 0 || none.at("next_cursor") != nil {
			t.Errorf("%s: got %s, want none", query, none.raw)
		}
	}
	officer.get("/api/v1/unusual-reading?cursor=x").want(422)
	officer.post("/api/v1/unusual-reading/1/examination", fields{"text": "Verificato"}).problem(404, "not-found")
	officer.post("/api/v1/unusual-reading/1/examination", fields{"text": " "}).problem(422, "invalid")
	ugo.get("/api/v1/unusual-reading").problem(403, "forbidden")
}
