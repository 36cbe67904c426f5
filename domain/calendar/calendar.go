// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package calendar computes working days, office hours and holidays of Italian offices in the time zone Europe/Rome. It reads no clock.
package calendar

import (
	"slices"
	"time"
	_ "time/tzdata" // provides Europe/Rome on machines without zone files
)

// rome is the time zone in which all days of this package begin and end.
var rome = func() *time.Location {
	l, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		panic(err) // cannot happen: time/tzdata is linked in
	}
	return l
}()

// Rome returns the time zone of the offices, Europe/Rome.
func Rome() *time.Location { return rome }

// Calendar holds the holidays of one office. Its working days are all days except Saturdays, Sundays and holidays. It does not change and
// may be used concurrently. The zero value has no holidays.
type Calendar struct {
	name     string
	holidays []Holiday
}

// New returns a calendar. name is the name of the office, e.g. "010301 ASL Città di Torino".
func New(name string, holidays ...Holiday) Calendar {
	return Calendar{name: name, holidays: slices.Clone(holidays)}
}

// Name returns the name of the office.
func (c Calendar) Name() string { return c.name }

// Holiday returns the Italian name of the holiday on t's day in Rome; false if there is none.
func (c Calendar) Holiday(t time.Time) (string, bool) {
	y, m, d := t.In(rome).Date()
	for _, h := range c.holidays {
		if h.isOn(y, m, d) {
			return h.Name, true
		}
	}
	return "", false
}

// IsWorking reports whether t's day in Rome is a working day.
func (c Calendar) IsWorking(t time.Time) bool {
	if w := t.In(rome).Weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	_, off := c.Holiday(t)
	return !off
}

// NextWorking returns the first time, not before t, that is hour o'clock (0–23) in Rome on a working day. The result is in UTC, like the
// times in events.
func (c Calendar) NextWorking(t time.Time, hour int) time.Time {
	y, m, d := t.In(rome).Date()
	for ; ; d++ { // time.Date normalizes a day after the month's end
		if at := time.Date(y, m, d, hour, 0, 0, 0, rome); !at.Before(t) && c.IsWorking(at) {
			return at.UTC()
		}
	}
}
