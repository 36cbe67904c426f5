// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/calendar"
)

// office returns a calendar with holidays of each kind. The real holidays are data of package catalog, which tests them.
func office(t testing.TB) calendar.Calendar {
	return calendar.New("office", holiday(t, "01-01", 0), holiday(t, "01-06", 0), holiday(t, "easter+1", 0),
		holiday(t, "12-08", 0), holiday(t, "12-25", 0), holiday(t, "12-26", 0), holiday(t, "first tuesday of may", 0))
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestIsWorking(t *testing.T) {
	cal := office(t)
	for text, want := range map[string]bool{
		"2026-11-20T12:00:00Z": true,  // Friday
		"2026-11-21T12:00:00Z": false, // Saturday
		"2026-11-22T12:00:00Z": false, // Sunday
		"2026-12-08T12:00:00Z": false, // Tuesday, 8 December
		"2026-04-06T12:00:00Z": false, // Easter Monday
		"2026-05-05T12:00:00Z": false, // first Tuesday of May
		"2026-05-12T12:00:00Z": true,  // second one
		"2026-12-07T22:59:59Z": true,  // Monday until midnight in Rome,
		"2026-12-07T23:00:00Z": false, // not in Greenwich
		"2026-12-08T23:00:00Z": true,
		"2026-03-29T21:59:59Z": false, // the Sunday of 23 hours
		"2026-03-29T22:00:00Z": true,
		"2026-10-25T22:59:59Z": false, // the Sunday of 25 hours
		"2026-10-25T23:00:00Z": true,
	} {
		if got := cal.IsWorking(at(t, text)); got != want {
			t.Errorf("%s: got %t, want %t", text, got, want)
		}
	}
}

func TestNextWorking(t *testing.T) {
	cal := office(t)
	for _, c := range []struct {
		name, from string
		hour       int
		want       string
	}{
		{"later the same day", "2026-11-20T07:59:59.999999Z", 9, "2026-11-20T08:00:00Z"},
		{"at the hour", "2026-11-20T08:00:00Z", 9, "2026-11-20T08:00:00Z"},
		{"after the hour, over the weekend", "2026-11-20T08:00:00.000001Z", 9, "2026-11-23T08:00:00Z"},
		{"over a holiday", "2026-12-07T09:00:00Z", 9, "2026-12-09T08:00:00Z"},
		{"over two holidays and a weekend", "2025-12-24T12:00:00Z", 9, "2025-12-29T08:00:00Z"},
		{"over the end of the year", "2026-12-31T12:00:00Z", 9, "2027-01-04T08:00:00Z"},
		{"over 29 February", "2028-02-29T12:00:00Z", 9, "2028-03-01T08:00:00Z"},
		{"into summer time", "2026-03-27T12:00:00Z", 9, "2026-03-30T07:00:00Z"},
		{"into winter time", "2026-10-23T12:00:00Z", 9, "2026-10-26T08:00:00Z"},
		{"from the repeated hour, first time", "2026-10-25T00:30:00Z", 9, "2026-10-26T08:00:00Z"},
		{"from the repeated hour, second time", "2026-10-25T01:30:00Z", 9, "2026-10-26T08:00:00Z"},
		{"midnight is the beginning of the day", "2026-11-20T12:00:00Z", 0, "2026-11-22T23:00:00Z"},
		{"already tomorrow in Rome", "2026-11-18T23:30:00Z", 9, "2026-11-19T08:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := cal.NextWorking(at(t, c.from), c.hour)
			if want := at(t, c.want); !got.Equal(want) || got.Location() != time.UTC {
				t.Errorf("after %s: got %s, want %s", c.from, got, want)
			}
		})
	}
}

func TestNextWorkingIsTheFirst(t *testing.T) {
	cal, rome := office(t), calendar.Rome()
	rapid.Check(t, func(t *rapid.T) {
		from := time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "µs")) // 1970 to 2096
		hour := rapid.IntRange(0, 23).Draw(t, "hour")
		next := cal.NextWorking(from, hour)
		local := next.In(rome)
		if next.Before(from) || !cal.IsWorking(next) || local.Hour() != hour || !local.Equal(local.Truncate(time.Hour)) {
			t.Fatalf("after %s: got %s, want %d o'clock of a working day", from, local, hour)
		}
		y, m, d := from.In(rome).Date()
		for ; time.Date(y, m, d, 12, 0, 0, 0, rome).Before(time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, rome)); d++ {
			if earlier := time.Date(y, m, d, hour, 0, 0, 0, rome); !earlier.Before(from) && cal.IsWorking(earlier) {
				t.Fatalf("got %s, want the earlier %s", local, earlier)
			}
		}
		if again := cal.NextWorking(next, hour); !again.Equal(next) {
			t.Fatalf("after %s: got %s, want the same time", next, again)
		}
		zone := time.FixedZone("", rapid.IntRange(-12*3600, 14*3600).Draw(t, "zone"))
		if same := cal.NextWorking(from.In(zone), hour); !same.Equal(next) {
			t.Fatalf("with t in another zone: got %s, want %s", same, next)
		}
	})
}

func TestCallersCannotChangeACalendar(t *testing.T) {
	days := []calendar.Holiday{holiday(t, "12-25", 0)}
	cal := calendar.New("office", days...)
	days[0] = holiday(t, "12-24", 0)
	if name, ok := cal.Holiday(at(t, "2026-12-25T12:00:00Z")); !ok || name != "festa" {
		t.Errorf("25 December: got %q, %t, want festa", name, ok)
	}
	if !(calendar.Calendar{}).IsWorking(at(t, "2026-12-25T12:00:00Z")) {
		t.Error("zero calendar: got a holiday, want a working day")
	}
}
