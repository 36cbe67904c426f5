// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package calendar

import "time"

// AfterWorkingDays returns the time, in UTC, of hour o'clock (0–23) in Rome on the n-th working day after t's day; n is at least 1. t's own
// day does not count, at any time of day.
func (c Calendar) AfterWorkingDays(t time.Time, n, hour int) time.Time {
	y, m, d := t.In(rome).Date()
	at := time.Date(y, m, d, hour, 0, 0, 0, rome)
	for n > 0 {
		d++
		at = time.Date(y, m, d, hour, 0, 0, 0, rome)
		if c.IsWorking(at) {
			n--
		}
	}
	return at.UTC()
}

// Hours holds the office hours of a working day in Rome, in minutes after midnight.
type Hours struct {
	Open, Close int
}

// AfterOfficeHours returns the time, in UTC, at which d of office time has passed since t. Nights, weekends and holidays do not count. h
// must not include the hours of the change to and from summer time, 2 to 3 o'clock.
func (c Calendar) AfterOfficeHours(t time.Time, d time.Duration, h Hours) time.Time {
	for day := t.In(rome); ; day = midnight(day, 1) {
		if !c.IsWorking(day) {
			continue
		}
		start := midnight(day, 0)
		from, to := atMinute(start, h.Open), atMinute(start, h.Close)
		if day.After(from) {
			from = day
		}
		if left := to.Sub(from); left >= d && left > 0 {
			return from.Add(d).UTC()
		} else if left > 0 {
			d -= left
		}
	}
}

// midnight returns the beginning of the day that is days after t's day.
func midnight(t time.Time, days int) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, rome)
}

// atMinute returns the time that is a number of minutes after midnight of a day in Rome.
func atMinute(day time.Time, minutes int) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, minutes, 0, 0, rome)
}
