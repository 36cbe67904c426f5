// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package catalog_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
)

func TestAutoCloseAt(t *testing.T) {
	c := catalog.Default()
	for _, tc := range []struct {
		name     string
		entity   catalog.EntityCode
		from, at string
		why      string
	}{
		{"on a Sunday", "010301", "2026-11-22 10:00:00", "2026-11-30 09:00:00",
			"7 calendar days after 2026-11-22 10:00, then the next working day at 09:00 (Mon 30 Nov 2026), calendar of 010301 ASL Città di Torino"},
		{"before the hour, on the seventh day", "010301", "2026-11-23 08:59:59", "2026-11-30 09:00:00",
			"7 calendar days after 2026-11-23 08:59, then the next working day at 09:00 (Mon 30 Nov 2026), calendar of 010301 ASL Città di Torino"},
		{"after the hour, on the eighth day", "010301", "2026-11-23 09:00:01", "2026-12-01 09:00:00",
			"7 calendar days after 2026-11-23 09:00, then the next working day at 09:00 (Tue 1 Dec 2026), calendar of 010301 ASL Città di Torino"},
		{"over 8 December", "010211", "2026-12-01 12:00:00", "2026-12-09 09:00:00",
			"7 calendar days after 2026-12-01 12:00, then the next working day at 09:00 (Wed 9 Dec 2026), calendar of 010211 ASL CN2; days off on the way: Tue 8 Dec (Immacolata Concezione)"},
		{"over 7 and 8 December in Omegna", "010209", "2026-11-30 08:00:00", "2026-12-09 09:00:00",
			"7 calendar days after 2026-11-30 08:00, then the next working day at 09:00 (Wed 9 Dec 2026), calendar of 010209 ASL VCO; days off on the way: Mon 7 Dec (Sant’Ambrogio), Tue 8 Dec (Immacolata Concezione)"},
		{"the Region, over Christmas", "regione", "2026-12-18 15:00:00", "2026-12-28 09:00:00",
			"7 calendar days after 2026-12-18 15:00, then the next working day at 09:00 (Mon 28 Dec 2026), calendar of Regione Piemonte; days off on the way: Fri 25 Dec (Natale), Sat 26 Dec (Santo Stefano)"},
		{"into summer time: seven days are 167 hours", "010301", "2026-03-23 08:30:00", "2026-03-30 09:00:00",
			"7 calendar days after 2026-03-23 08:30, then the next working day at 09:00 (Mon 30 Mar 2026), calendar of 010301 ASL Città di Torino"},
		{"into winter time", "010301", "2026-10-19 08:30:00", "2026-10-26 09:00:00",
			"7 calendar days after 2026-10-19 08:30, then the next working day at 09:00 (Mon 26 Oct 2026), calendar of 010301 ASL Città di Torino"},
		{"an unknown entity", "999999", "2026-06-16 12:00:00", "2026-06-24 09:00:00",
			"7 calendar days after 2026-06-16 12:00, then the next working day at 09:00 (Wed 24 Jun 2026), calendar of the whole country"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			at, why := c.AutoCloseAt(tc.entity, rome(t, tc.from).UTC())
			if want := rome(t, tc.at); !at.Equal(want) || at.Location() != time.UTC {
				t.Errorf("got %s, want %s in UTC", at, want)
			}
			if why != tc.why {
				t.Errorf("got reason  %s\nwant reason %s", why, tc.why)
			}
		})
	}
}

func TestEntityHasItsOwnAutoCloseRule(t *testing.T) {
	c, err := catalog.Parse(editedFiles(t, "entities.json", `"code": "010203", `, `"code": "010203", "auto_close": {"after_days": 3}, `))
	if err != nil {
		t.Fatal(err)
	}
	usual := catalog.AutoCloseRule{AfterDays: 7, Hour: 9}
	for code, want := range map[catalog.EntityCode]catalog.AutoCloseRule{
		"010203": {AfterDays: 3, Hour: 9}, "010301": usual, "regione": usual, "999999": usual,
	} {
		if got := c.AutoClose(code); got != want {
			t.Errorf("%s: got %+v, want %+v", code, got, want)
		}
	}
}

func TestWithAutoCloseAfter(t *testing.T) {
	from := rome(t, "2026-12-24 23:00:00")
	short := catalog.Default().WithAutoCloseAfter(90 * time.Second)
	for _, code := range []catalog.EntityCode{"010301", "regione", "999999"} {
		at, why := short.AutoCloseAt(code, from)
		if !at.Equal(from.Add(90*time.Second)) || why != "1m30s after 2026-12-24 23:00:00, a wait set for trying it out" {
			t.Errorf("%s: got %s, %s, want 1m30s after %s", code, at, why, from)
		}
	}
	usual := catalog.AutoCloseRule{AfterDays: 7, Hour: 9}
	if catalog.Default().AutoClose("010301") != usual || short.WithAutoCloseAfter(0).AutoClose("010301") != usual ||
		catalog.Default().WithAutoCloseAfter(-time.Hour).AutoClose("010301") != usual {
		t.Error("got a changed rule, want the general rule")
	}
}

func TestAutoCloseWaitIsBounded(t *testing.T) {
	c := catalog.Default()
	everyone := c.Entities(rome(t, "2026-11-22 12:00:00"))
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.SampledFrom(everyone).Draw(t, "entity")
		from := time.UnixMicro(rapid.Int64Range(1.6e15, 3.2e15).Draw(t, "µs")) // 2020 to 2071
		at, _ := c.AutoCloseAt(e.Code, from)
		local := at.In(calendar.Rome())
		if !c.Calendar(e.Code).IsWorking(at) || local.Format(time.TimeOnly) != "09:00:00" {
			t.Fatalf("got %s, want 09:00 of a working day", local)
		}
		// The longest series of days off is five days: Christmas and Saint Stephen's Day next to a weekend, or a patron saint's day
		// before another holiday. One day is added if the hour has passed, and one hour for summer time.
		if wait := at.Sub(from); wait < 7*24*time.Hour-time.Hour || wait > 13*24*time.Hour+time.Hour {
			t.Fatalf("got a wait of %s, want 7 to 13 days", wait)
		}
		later := from.Add(time.Duration(rapid.Int64Range(0, int64(30*24*time.Hour)).Draw(t, "later")))
		if then, _ := c.AutoCloseAt(e.Code, later); then.Before(at) {
			t.Fatalf("resolved later, at %s: got %s, want not before %s", later, then, at)
		}
	})
}
