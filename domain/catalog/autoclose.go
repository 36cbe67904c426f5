// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package catalog

import (
	"fmt"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
)

// AutoCloseRule says when a resolved ticket closes by itself (FAQ 2.5): so many calendar days after the resolution
// took effect, then at the next Hour o'clock, Europe/Rome, of a working day.
type AutoCloseRule struct {
	AfterDays int `json:"after_days"` // 0–365
	Hour      int `json:"hour"`       // 0–23
	// FixedWait, when positive, replaces the rule by a plain wait, to see it happen. No data file sets it.
	FixedWait time.Duration `json:"-"`
}

// At is the moment, in UTC, at which a resolution that took effect at from closes its ticket, and an English
// sentence that says why.
func (a AutoCloseRule) At(from time.Time, cal calendar.Calendar) (time.Time, string) {
	rome := calendar.Rome()
	local := from.In(rome)
	if a.FixedWait > 0 {
		at := from.Add(a.FixedWait).UTC()
		return at, fmt.Sprintf("%s after %s, a wait set for trying it out", a.FixedWait, local.Format(time.DateTime))
	}
	passed := local.AddDate(0, 0, a.AfterDays)
	at := cal.NextWorking(passed, a.Hour)
	why := fmt.Sprintf("%d calendar days after %s, then the next working day at %02d:00 (%s), calendar of %s",
		a.AfterDays, local.Format("2006-01-02 15:04"), a.Hour, at.In(rome).Format("Mon 2 Jan 2006"), cal.Name())
	if skipped := holidays(cal, passed, at); len(skipped) > 0 {
		why += "; days off on the way: " + strings.Join(skipped, ", ")
	}
	return at, why
}

// holidays names those from the day of one moment up to the day of another; weekends explain themselves.
func holidays(cal calendar.Calendar, from, to time.Time) []string {
	var named []string
	for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
		if name, ok := cal.Holiday(day); ok {
			named = append(named, fmt.Sprintf("%s (%s)", day.Format("Mon 2 Jan"), name))
		}
	}
	return named
}

// AutoClose is the rule for tickets that the entity resolved.
func (c *Catalog) AutoClose(code EntityCode) AutoCloseRule {
	a := c.autoClose
	if e, ok := c.find(code); ok {
		a = e.autoClose
	}
	a.FixedWait = c.fixedAutoClose
	return a
}

// AutoCloseAt applies the entity's rule on the entity's calendar: AutoClose.At for who has only a code.
func (c *Catalog) AutoCloseAt(code EntityCode, from time.Time) (time.Time, string) {
	return c.AutoClose(code).At(from, c.Calendar(code))
}

// WithAutoCloseAfter is the same catalogue with every ticket closing so long after its resolution, working day
// or not, to see it happen. Zero or less changes nothing.
func (c *Catalog) WithAutoCloseAfter(d time.Duration) *Catalog {
	shortened := *c
	shortened.fixedAutoClose = max(d, 0)
	return &shortened
}
