// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
)

// sheet reads a CSV response: its column heads, and its rows by column.
func (a apiResponse) sheet() (head []string, rows []map[string]string) {
	a.w.Helper()
	lines, err := csv.NewReader(strings.NewReader(string(a.raw))).ReadAll()
	if err != nil || len(lines) == 0 {
		a.w.Fatalf("got no CSV: %v, %.500s", err, a.raw)
	}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return lines[0], rows
}

func TestFiguresForSupervisors(t *testing.T) {
	w := newFixture(t)
	anna, sara := w.logIn("anna", person.ASROperator, torino), w.logIn("sara", person.ASRSupervisor, torino)
	rita, nora := w.logIn("rita", person.RegionalSupervisor, catalog.Region), w.logIn("nora", person.ASRSupervisor, novara)
	ivo := w.logIn("ivo", person.Auditor, "")
	waiting := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	handed := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	w.anonymous().post("/api/v1/tickets", form(novara)).want(201)
	w.clock.Advance(2 * time.Hour)
	anna.update(waiting, fields{"status": "in_attesa_utente", "note": public("In che data?")}).want(200)
	last := anna.update(handed, fields{"status": "non_di_competenza", "note": public("Non è nostra")}).want(200).text("position")

	d := sara.reached("/api/v1/dashboard?after=" + last)
	for path, want := range map[string]float64{"open": 1, "arrivals": 2, "handovers": 1, "unanswered": 0} {
		if got := d.at("total", path); got != want {
			t.Errorf("%s: got %v, want %v, in %s", path, got, want, d.raw)
		}
	}
	if d.text("entity", "code") != string(torino) || d.text("position") != last || d.text("to") != "2026-03-02" || d.text("from") != "2026-02-01" ||
		d.at("total", "first_answer", "median_seconds") != float64(7200) || d.at("total", "age", "p90_seconds") != float64(7200) {
		t.Errorf("supervisor of Torino: got %s", d.raw)
	}
	if got := nora.get("/api/v1/dashboard?after=" + last).want(200); got.at("total", "open") != float64(1) || strings.Contains(string(got.raw), string(torino)) {
		t.Errorf("supervisor of Novara: got %s, want one open ticket of Novara only", got.raw)
	}
	for _, all := range []user{rita, ivo} {
		got := all.get("/api/v1/dashboard?after=" + last).want(200)
		if got.at("total", "open") != float64(3) || len(got.list("flows")) != 1 || got.at("entity") != nil {
			t.Errorf("viewer of all entities: got %s, want 3 open tickets and one flow", got.raw)
		}
		if region := all.get("/api/v1/dashboard?entity=regione&after=" + last).want(200); region.at("total", "open") != float64(1) {
			t.Errorf("figures of the Region: got %s, want 1 open ticket", region.raw)
		}
	}
	if earlier := rita.get("/api/v1/dashboard?to=2026-03-01").want(200); earlier.at("total", "open") != float64(0) || earlier.text("at") != "2026-03-01T23:00:00Z" {
		t.Errorf("yesterday: got %s, want no open ticket", earlier.raw)
	}

	anna.get("/api/v1/dashboard").problem(403, "forbidden", "figures.read")
	anna.get("/api/v1/tickets.csv").problem(403, "forbidden", "tickets.export")
	sara.get("/api/v1/dashboard?entity="+string(novara)).problem(422, "invalid", `"field":"entity"`)
	sara.get("/api/v1/dashboard?to=2027-01-01").problem(422, "invalid", `"field":"to"`)
	sara.get("/api/v1/tickets.csv?from=boh").problem(422, "invalid", `"field":"from"`)
	sara.get("/api/v1/dashboard?after=1.999").problem(422, "position-ahead")
}

// The export has a row for each ticket, and its headers hold position and time of the snapshot.
func TestExportHasARowForEachTicket(t *testing.T) {
	w := newFixture(t)
	sara, rita := w.logIn("sara", person.ASRSupervisor, torino), w.logIn("rita", person.RegionalSupervisor, catalog.Region)
	var last string
	for range 25 {
		last = w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("position")
		w.clock.Advance(time.Minute) // the order of the rows is by the log's clock
	}
	sara.reached("/api/v1/tickets?limit=1&after=" + last)
	sara.reached("/api/v1/dashboard?after=" + last)
	_, all := rita.get("/api/v1/tickets.csv?after=" + last).want(200).sheet()
	own := sara.get("/api/v1/tickets.csv?figure=arrivate&after=" + last).want(200)
	head, rows := own.sheet()
	if len(all) != 25 || len(rows) != 25 || len(head) != 18 {
		t.Fatalf("got %d and %d rows of %d columns, want 25, 25 and 18", len(all), len(rows), len(head))
	}
	for i, row := range rows {
		if row["figure"] != "arrivate" || row["entity"] != string(torino) || row["problem"] != "referto-non-trovato" || row["seconds"] != "0" ||
			i > 0 && row["at"] <= rows[i-1]["at"] || row["at"] != row["opened_at"] || row["detail"] != "web" {
			t.Errorf("row %d: got %v", i, row)
		}
		if all[i]["number"] != row["number"] || all[i]["status"] != "nuovo" || all[i]["answered_at"] != "" || all[i]["seconds"] != fmt.Sprint(60*(25-i)) {
			t.Errorf("row %d of all tickets: got %v", i, all[i])
		}
	}
	if _, err := eventstore.ParsePosition(own.header.Get("X-Position")); err != nil || own.header.Get("X-As-Of") != w.clock.Now().Format(time.RFC3339Nano) ||
		own.header.Get("Content-Disposition") != "attachment; filename=arrivate-2026-03-02.csv" {
		t.Errorf("got headers %v", own.header)
	}
	if !strings.HasPrefix(string(own.raw), "number,id,") { // a program reads it: no byte order mark
		t.Errorf("the export begins with %.20q", own.raw)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("got the cell %q, which a spreadsheet evaluates", cell)
			}
		}
	}
	for _, personal := range []string{"Maria", "Finzione", "RSSMRA", "maria@example.org"} {
		if strings.Contains(string(own.raw), personal) {
			t.Errorf("got %s in the export, want no personal data", personal)
		}
	}
}
