// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"math/rand/v2"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
)

// Opening hours of the offices, in Europe/Rome.
const (
	officeOpens  = 8*time.Hour + 30*time.Minute
	officeCloses = 17 * time.Hour
)

// nextOfficeTime returns t if the office is open at t, and otherwise a random time in the morning of the next opening.
func nextOfficeTime(r *rand.Rand, c calendar.Calendar, t time.Time) time.Time {
	local := t.In(calendar.Rome())
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, calendar.Rome())
	if sinceMidnight := local.Sub(midnight); c.IsWorking(local) && sinceMidnight < officeCloses {
		if sinceMidnight >= officeOpens {
			return t
		}
		return midnight.Add(officeOpens + randomDuration(r, time.Hour))
	}
	for day := 1; ; day++ {
		next := midnight.AddDate(0, 0, day)
		if c.IsWorking(next) {
			return next.Add(officeOpens + randomDuration(r, 2*time.Hour)).UTC()
		}
	}
}

// nextWakingTime returns t if it is between 7:00 and 23:00 in Europe/Rome, and otherwise a random time in the next morning.
func nextWakingTime(r *rand.Rand, t time.Time) time.Time {
	local := t.In(calendar.Rome())
	if h := local.Hour(); h >= 7 && h < 23 {
		return t
	}
	day := local.Day()
	if local.Hour() >= 23 {
		day++
	}
	return time.Date(local.Year(), local.Month(), day, 7, 0, 0, 0, calendar.Rome()).Add(randomDuration(r, 4*time.Hour)).UTC()
}

// randomDuration returns a random number of whole seconds, from 0 to most.
func randomDuration(r *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(r.Int64N(int64(most/time.Second)+1)) * time.Second
}
