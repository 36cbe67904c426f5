// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package calendar_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/calendar"
)

func holiday(t testing.TB, on string, from int) calendar.Holiday {
	t.Helper()
	h, err := calendar.NewHoliday("festa", on, from)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHolidayDates(t *testing.T) {
	for _, c := range []struct {
		on   string
		from int
		days []string // one a year
	}{
		{"06-24", 0, []string{"2025-06-24", "2026-06-24"}},
		{"easter", 0, []string{"2024-03-31", "2026-04-05"}},
		{"Easter+1", 0, []string{"2023-04-10", "2024-04-01", "2025-04-21", "2026-04-06", "2027-03-29"}},
		{"easter+50", 0, []string{"2026-05-25"}},
		{"first tuesday of may", 0, []string{"2024-05-07", "2025-05-06", "2026-05-05", "2029-05-01"}},
		{"last wednesday of august", 0, []string{"2013-08-28", "2018-08-29", "2021-08-25", "2023-08-30"}},
		{"third sunday of july+1", 0, []string{"2016-07-18", "2021-07-19", "2022-07-18", "2025-07-21"}},
		{"second sunday of september+1", 0, []string{"2016-09-12", "2022-09-12", "2023-09-11", "2024-09-09"}},
		{"last sunday of august+1", 0, []string{"2025-09-01", "2026-08-31"}},
		{"fourth thursday of november", 0, []string{"2026-11-26"}},
		{"10-04", 2026, []string{"2026-10-04", "2027-10-04"}},
	} {
		h := holiday(t, c.on, c.from)
		for _, want := range c.days {
			day, err := time.Parse(time.DateOnly, want)
			if err != nil {
				t.Fatal(err)
			}
			if m, d, ok := h.DateIn(day.Year()); !ok || m != day.Month() || d != day.Day() {
				t.Errorf("%s in %d: got %d %s, %t, want %s", c.on, day.Year(), d, m, ok, want)
			}
		}
		if _, _, held := h.DateIn(c.from - 1); held {
			t.Errorf("%s: got a holiday before %d, want none", c.on, c.from)
		}
	}
}

func TestNewHolidayRefusesInvalidDays(t *testing.T) {
	for _, on := range []string{
		"", "24 June", "6-24", "02-30", "13-01", "00-10", "01-00", "easter-2", "easter+", "easter+100", "fifth monday of may",
		"first someday of may", "first monday of mayo", "first monday of may+10", "first monday", "０６-24",
	} {
		if _, err := calendar.NewHoliday("festa", on, 0); err == nil || !strings.Contains(err.Error(), "festa") || !strings.Contains(err.Error(), "allowed: ") {
			t.Errorf("%q: got %v, want an error with the holiday and the allowed formats", on, err)
		}
	}
	if _, err := calendar.NewHoliday(" ", "06-24", 0); err == nil {
		t.Error("holiday without a name: got no error, want one")
	}
}

func TestNewHolidayNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		on := rapid.OneOf(rapid.String(), rapid.StringMatching(`(easter|first|last|\d\d-\d\d)[ +a-z0-9]{0,20}`)).Draw(t, "on")
		if h, err := calendar.NewHoliday("festa", on, 0); err == nil {
			h.DateIn(rapid.IntRange(1, 9999).Draw(t, "year"))
		}
	})
}

func TestNthWeekdayIsInItsMonth(t *testing.T) {
	ordinals := []string{"first", "second", "third", "fourth", "last"}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 4).Draw(t, "n")
		weekday := time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday"))
		month := time.Month(rapid.IntRange(1, 12).Draw(t, "month"))
		year := rapid.IntRange(1900, 2300).Draw(t, "year")
		h, err := calendar.NewHoliday("festa", ordinals[n]+" "+weekday.String()+" of "+month.String(), 0)
		if err != nil {
			t.Fatal(err)
		}
		m, d, ok := h.DateIn(year)
		day := time.Date(year, m, d, 0, 0, 0, 0, time.UTC)
		if !ok || m != month || day.Weekday() != weekday {
			t.Fatalf("got %s, want a %s in %s", day, weekday, month)
		}
		switch {
		case n < 4 && (d-1)/7 != n:
			t.Fatalf("got number %d, %s, want number %d", (d-1)/7+1, day, n+1)
		case n == 4 && day.AddDate(0, 0, 7).Month() == month:
			t.Fatalf("got %s, want the last %s of the month", day, weekday)
		}
	})
}
