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
	opens  = 8*time.Hour + 30*time.Minute
	closes = 17 * time.Hour
)

// atWork gives the first moment, not before t, at which the office works; on another day than t's, some time in its morning.
func atWork(r *rand.Rand, c calendar.Calendar, t time.Time) time.Time {
	local := t.In(calendar.Rome())
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, calendar.Rome())
	if into := local.Sub(midnight); c.IsWorking(local) && into < closes {
		if into >= opens {
			return t
		}
		return midnight.Add(opens + seconds(r, time.Hour))
	}
	for day := 1; ; day++ {
		next := midnight.AddDate(0, 0, day)
		if c.IsWorking(next) {
			return next.Add(opens + seconds(r, 2*time.Hour)).UTC()
		}
	}
}

// atHome gives the moment, or one in the next morning when people sleep at t.
func atHome(r *rand.Rand, t time.Time) time.Time {
	local := t.In(calendar.Rome())
	if h := local.Hour(); h >= 7 && h < 23 {
		return t
	}
	day := local.Day()
	if local.Hour() >= 23 {
		day++
	}
	return time.Date(local.Year(), local.Month(), day, 7, 0, 0, 0, calendar.Rome()).Add(seconds(r, 4*time.Hour)).UTC()
}

// seconds is some time up to most.
func seconds(r *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(r.Int64N(int64(most/time.Second)+1)) * time.Second
}
