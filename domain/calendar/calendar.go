// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package calendar knows the working days of an Italian office. It is pure: days in, days out, no clock.
package calendar

import (
	"slices"
	"time"
	_ "time/tzdata" // Europe/Rome also where the machine has no zone files
)

// rome is the zone in which every day of this package begins and ends.
var rome = func() *time.Location {
	l, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		panic(err) // cannot be: time/tzdata is linked in
	}
	return l
}()

// Rome is the time zone of the offices.
func Rome() *time.Location { return rome }

// Calendar tells the working days of one office: every day but Saturdays, Sundays and its holidays. It cannot
// be altered and may be shared. The zero value knows no holidays.
type Calendar struct {
	name     string
	holidays []Holiday
}

// New makes the calendar of whoever name says, e.g. "010301 ASL Città di Torino".
func New(name string, holidays ...Holiday) Calendar {
	return Calendar{name: name, holidays: slices.Clone(holidays)}
}

// Name says whose calendar it is.
func (c Calendar) Name() string { return c.name }

// Holiday names the holiday on the day that t is in Rome, in Italian; false where there is none.
func (c Calendar) Holiday(t time.Time) (string, bool) {
	y, m, d := t.In(rome).Date()
	for _, h := range c.holidays {
		if h.isOn(y, m, d) {
			return h.Name, true
		}
	}
	return "", false
}

// IsWorking tells whether the office works on the day that t is in Rome.
func (c Calendar) IsWorking(t time.Time) bool {
	if w := t.In(rome).Weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	_, off := c.Holiday(t)
	return !off
}

// NextWorking is the first moment, not before t, at which it is hour o'clock (0–23) in Rome on a working day.
// It is in UTC, as times in events are.
func (c Calendar) NextWorking(t time.Time, hour int) time.Time {
	y, m, d := t.In(rome).Date()
	for ; ; d++ { // time.Date carries a day past the month's end over
		if at := time.Date(y, m, d, hour, 0, 0, 0, rome); !at.Before(t) && c.IsWorking(at) {
			return at.UTC()
		}
	}
}
