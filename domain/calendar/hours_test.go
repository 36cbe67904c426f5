// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/calendar"
)

var opening = calendar.Hours{Open: 8*60 + 30, Close: 16*60 + 30}

func inRome(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, calendar.Rome())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestOfficeHoursAndWorkingDaysPass(t *testing.T) {
	c := calendar.New("prova", holiday(t, "12-08", 0), holiday(t, "easter+1", 0))
	for _, x := range []struct {
		from string
		d    time.Duration
		want string
	}{
		{"2026-11-23 10:00", 2 * time.Hour, "2026-11-23 12:00"},
		{"2026-11-23 06:00", time.Hour, "2026-11-23 09:30"},
		{"2026-11-23 16:00", time.Hour, "2026-11-24 09:00"},
		{"2026-11-23 08:30", 8 * time.Hour, "2026-11-23 16:30"},
		{"2026-11-27 16:30", time.Minute, "2026-11-30 08:31"},      // Friday evening
		{"2026-12-05 12:00", 9 * time.Hour, "2026-12-09 09:30"},    // Saturday; the Immacolata
		{"2026-03-27 16:00", 90 * time.Minute, "2026-03-30 09:30"}, // summer time begins in between
		{"2026-04-03 10:00", 8 * time.Hour, "2026-04-07 10:00"},    // Easter
	} {
		if got := c.AfterOfficeHours(inRome(t, x.from), x.d, opening); !got.Equal(inRome(t, x.want)) {
			t.Errorf("%s of office time after %s: got %s, want %s", x.d, x.from, got.In(calendar.Rome()), x.want)
		}
	}
	for _, x := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-11-23 10:00", 1, "2026-11-24 09:00"}, {"2026-11-27 23:00", 3, "2026-12-02 09:00"}, {"2026-12-05 00:00", 2, "2026-12-09 09:00"},
	} {
		if got := c.AfterWorkingDays(inRome(t, x.from), x.n, 9); !got.Equal(inRome(t, x.want)) {
			t.Errorf("%d working days after %s: got %s, want %s", x.n, x.from, got.In(calendar.Rome()), x.want)
		}
	}
}

func TestOfficeHoursAddUp(t *testing.T) {
	c := calendar.New("prova", holiday(t, "01-01", 0), holiday(t, "12-25", 0), holiday(t, "easter+1", 0))
	start := inRome(t, "2026-01-01 00:00")
	rapid.Check(t, func(t *rapid.T) {
		from := start.Add(time.Duration(rapid.IntRange(0, 2*365*24*60).Draw(t, "from")) * time.Minute)
		a := time.Duration(rapid.IntRange(1, 60*60).Draw(t, "a")) * time.Minute
		b := time.Duration(rapid.IntRange(1, 60*60).Draw(t, "b")) * time.Minute
		once := c.AfterOfficeHours(from, a+b, opening)
		if twice := c.AfterOfficeHours(c.AfterOfficeHours(from, a, opening), b, opening); !once.Equal(twice) {
			t.Fatalf("%s in two steps: got %s, want %s", a+b, twice, once)
		}
		local := once.In(calendar.Rome())
		minute := local.Hour()*60 + local.Minute()
		if !c.IsWorking(local) || minute < opening.Open || minute > opening.Close || once.Sub(from) < a+b {
			t.Fatalf("%s after %s: got %s, want a time within office hours", a+b, from, local)
		}
	})
}
