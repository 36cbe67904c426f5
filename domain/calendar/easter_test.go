// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package calendar

import (
	"testing"
	"time"
)

func TestEaster(t *testing.T) {
	// Published dates. They include the earliest and the latest possible date.
	for _, want := range []string{
		"1818-03-22", "1943-04-25", "1961-04-02", "1991-03-31", "2000-04-23", "2008-03-23", "2011-04-24", "2016-03-27",
		"2019-04-21", "2020-04-12", "2021-04-04", "2022-04-17", "2023-04-09", "2024-03-31", "2025-04-20", "2026-04-05",
		"2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2038-04-25", "2285-03-22",
	} {
		day, err := time.Parse(time.DateOnly, want)
		if err != nil {
			t.Fatal(err)
		}
		if m, d := normalizeDay(day.Year(), time.March, easter(day.Year())); m != day.Month() || d != day.Day() {
			t.Errorf("Easter %d: got %d %s, want %s", day.Year(), d, m, want)
		}
	}
}

// Knuth's algorithm (The Art of Computer Programming 1, 1.3.2, exercise 14) gives the same day in every year from 1583 to 4999.
func TestEasterAgreesWithKnuth(t *testing.T) {
	for y := 1583; y < 5000; y++ {
		g, c := y%19+1, y/100+1
		x, z := 3*c/4-12, (8*c+5)/25-5
		d, e := 5*y/4-x-10, ((11*g+20+z-x)%30+30)%30
		if e == 25 && g > 11 || e == 24 {
			e++
		}
		n := 44 - e
		if n < 21 {
			n += 30
		}
		n += 7 - (d+n)%7
		if got := easter(y); got != n {
			t.Fatalf("%d: got %d March, want %d March", y, got, n)
		}
	}
}
