// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"math/rand/v2"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
)

// Offices work from half past eight to five, in Rome.
const (
	officeOpens  = 8*time.Hour + 30*time.Minute
	officeCloses = 17 * time.Hour
)

// nextOfficeTime gives the first moment, not before t, at which the office works; on another day than t's, some time in its morning.
func nextOfficeTime(r *rand.Rand, c calendar.Calendar, t time.Time) time.Time {
	local := t.In(calendar.Rome())
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, calendar.Rome())
	if into := local.Sub(midnight); c.IsWorking(local) && into < officeCloses {
		if into >= officeOpens {
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

// nextWakingTime gives the moment, or one in the next morning when people sleep at t.
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

// randomDuration is some time up to most.
func randomDuration(r *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(r.Int64N(int64(most/time.Second)+1)) * time.Second
}
