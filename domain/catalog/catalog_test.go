// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package catalog_test

import (
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
)

func rome(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", text, calendar.Rome())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestDefaultHasEighteenAuthoritiesAndTheRegion(t *testing.T) {
	want := map[catalog.EntityCode]struct {
		kind catalog.Kind
		name string
		seat string
	}{
		"010301":  {catalog.ASL, "ASL Città di Torino", "Torino"},
		"010203":  {catalog.ASL, "ASL TO3", "Collegno"},
		"010204":  {catalog.ASL, "ASL TO4", "Chivasso"},
		"010205":  {catalog.ASL, "ASL TO5", "Chieri"},
		"010206":  {catalog.ASL, "ASL VC", "Vercelli"},
		"010207":  {catalog.ASL, "ASL BI", "Biella"},
		"010208":  {catalog.ASL, "ASL NO", "Novara"},
		"010209":  {catalog.ASL, "ASL VCO", "Omegna"},
		"010210":  {catalog.ASL, "ASL CN1", "Cuneo"},
		"010211":  {catalog.ASL, "ASL CN2", "Alba"},
		"010212":  {catalog.ASL, "ASL AT", "Asti"},
		"010213":  {catalog.ASL, "ASL AL", "Alessandria"},
		"010904":  {catalog.AOU, "AOU San Luigi", "Orbassano"},
		"010905":  {catalog.AOU, "AOU Maggiore di Novara", "Novara"},
		"010906":  {catalog.AO, "AO Santa Croce e Carle", "Cuneo"},
		"010907":  {catalog.AOU, "AOU Santi Antonio e Biagio", "Alessandria"},
		"010908":  {catalog.AO, "AO Mauriziano", "Torino"},
		"010909":  {catalog.AOU, "AOU Città della Salute", "Torino"},
		"regione": {catalog.RegionalBody, "Regione Piemonte", "Torino"},
	}
	c := catalog.Default()
	now := c.Entities(rome(t, "2026-11-22 12:00:00"))
	if len(now) != len(want) {
		t.Errorf("got %d entities, want %d", len(now), len(want))
	}
	for _, e := range now {
		w, ok := want[e.Code]
		if !ok || e.Kind != w.kind || e.Short != w.name || e.Seat != w.seat || e.Name == "" {
			t.Errorf("got %+v, want %+v", e, w)
		}
		if found, ok := c.Entity(e.Code); !ok || found != e {
			t.Errorf("%s: got %+v, want %+v", e.Code, found, e)
		}
		if c.Successor(e.Code) != catalog.Region {
			t.Errorf("%s: got successor %s, want %s", e.Code, c.Successor(e.Code), catalog.Region)
		}
	}
	if _, ok := c.Entity("999999"); ok {
		t.Error("got entity 999999, want none")
	}
}

func TestServicesAndProblems(t *testing.T) {
	want := map[catalog.ServiceID][]catalog.ProblemID{
		"ritiro-documenti": {"referto-non-trovato", "referto-non-visualizzabile", "mancato-pagamento",
			"non-scaricabile-pagamento", "invio-fallito", catalog.Other},
		"accesso-facilitato": {"accesso-facilitato", catalog.Other},
		"assistenza-online":  {"accesso-al-sistema", catalog.Other},
	}
	c := catalog.Default()
	if n := len(c.Services()); n != len(want) {
		t.Errorf("got %d services, want %d", n, len(want))
	}
	for id, problems := range want {
		s, ok := c.Service(id)
		if !ok || len(s.Problems) != len(problems) {
			t.Errorf("%s: got %+v, want %d problems", id, s, len(problems))
		}
		for _, p := range problems {
			got, ok := c.Problem(id, p)
			if !ok || got.ID != p || got.Label == "" {
				t.Errorf("%s/%s: got %+v, %t, want a problem with a label", id, p, got, ok)
			}
			if got.ForCitizens() == (p == "invio-fallito") {
				t.Errorf("%s/%s: got for citizens %t, want %t", id, p, got.ForCitizens(), p != "invio-fallito")
			}
		}
	}
	for _, none := range []struct {
		s catalog.ServiceID
		p catalog.ProblemID
	}{{"", ""}, {"nessuno", "altro"}, {"accesso-facilitato", "referto-non-trovato"}} {
		if _, ok := c.Problem(none.s, none.p); ok {
			t.Errorf("got problem %v, want none", none)
		}
	}
}

func TestCallersCannotChangeTheCatalog(t *testing.T) {
	c := catalog.Default()
	at := rome(t, "2026-11-22 12:00:00")
	c.Entities(at)[0].Name = "altered"
	c.Services()[0].Problems[0].Label = "altered"
	s, _ := c.Service("ritiro-documenti")
	s.Problems[0].Label = "altered"
	p, _ := c.Problem("ritiro-documenti", "referto-non-trovato")
	if c.Entities(at)[0].Name == "altered" || p.Label == "altered" || c.Services()[0].Label == "altered" {
		t.Error("got a changed catalogue, want it unchanged")
	}
}

// None of the days below is a Saturday or Sunday. The days of movable feasts are from the towns' announcements.
func TestCalendarsKnowNationalAndPatronHolidays(t *testing.T) {
	national := []string{
		"2024-01-01", "2025-01-06", "2024-04-01", "2025-04-21", "2026-04-06", "2024-04-25", "2026-05-01", "2026-06-02",
		"2025-08-15", "2027-10-04", "2024-11-01", "2026-12-08", "2026-12-25", "2025-12-26",
	}
	patrons := map[catalog.EntityCode][]string{
		"010301": {"2025-06-24", "2026-06-24"}, "010203": {"2021-07-19", "2022-07-18"}, "010204": {"2023-08-30", "2021-08-25"},
		"010205": {"2023-09-11", "2024-09-09"}, "010206": {"2025-08-01"}, "010207": nil, "010208": {"2026-01-22"},
		"010209": {"2026-12-07"}, "010210": {"2026-09-29"}, "010211": {"2026-08-10"}, "010212": {"2025-05-06", "2026-05-05"},
		"010213": {"2026-11-10"}, "010904": {"2025-06-24", "2026-06-24"}, "010905": {"2026-01-22"}, "010906": {"2026-09-29"},
		"010907": {"2026-11-10"}, "010908": {"2026-06-24"}, "010909": {"2026-06-24"}, "regione": {"2026-06-24"},
	}
	c := catalog.Default()
	closedTowns := make(map[string]map[string]bool) // day, town
	for code, days := range patrons {
		e, _ := c.Entity(code)
		for _, d := range days {
			if closedTowns[d] == nil {
				closedTowns[d] = make(map[string]bool)
			}
			closedTowns[d][e.Seat] = true
		}
	}
	for code := range patrons {
		e, _ := c.Entity(code)
		cal := c.Calendar(code)
		for _, d := range national {
			if cal.IsWorking(rome(t, d+" 12:00:00")) {
				t.Errorf("%s: got a working day on %s, want a holiday", cal.Name(), d)
			}
		}
		for d, towns := range closedTowns {
			if cal.IsWorking(rome(t, d+" 12:00:00")) == towns[e.Seat] {
				t.Errorf("%s of %s, on %s: got working %t, want %t", cal.Name(), e.Seat, d, towns[e.Seat], !towns[e.Seat])
			}
		}
		if !cal.IsWorking(rome(t, "2024-10-04 12:00:00")) {
			t.Errorf("%s: got a holiday on 4 October 2024, want a working day", cal.Name())
		}
	}
	if unknown := c.Calendar("999999"); unknown.IsWorking(rome(t, "2026-12-08 12:00:00")) || !unknown.IsWorking(rome(t, "2026-06-24 12:00:00")) {
		t.Error("unknown entity: got another calendar, want the national one")
	}
}

// The wanted numbers are the weekdays of a year minus the holidays of Torino on weekdays, counted by hand: in 2026 these are 1.1, 6.1, 6.4,
// 1.5, 2.6, 24.6, 8.12 and 25.12.
func TestWorkingDaysOfAYear(t *testing.T) {
	cal := catalog.Default().Calendar("010301")
	for year, want := range map[int]int{2024: 262 - 9, 2025: 261 - 11, 2026: 261 - 8, 2027: 261 - 8, 2028: 260 - 11, 2029: 261 - 9} {
		got := 0
		for day := time.Date(year, 1, 1, 12, 0, 0, 0, calendar.Rome()); day.Year() == year; day = day.AddDate(0, 0, 1) {
			if cal.IsWorking(day) {
				got++
			}
		}
		if got != want {
			t.Errorf("%d: got %d working days, want %d", year, got, want)
		}
	}
}
