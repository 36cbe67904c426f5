// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package catalog

import (
	"fmt"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
)

// AutoCloseRule is the rule by which the system closes a resolved ticket (FAQ 2.5): AfterDays calendar days after the resolution took
// effect, at the next Hour o'clock, Europe/Rome, of a working day.
type AutoCloseRule struct {
	AfterDays int `json:"after_days"` // 0–365
	Hour      int `json:"hour"`       // 0–23
	// FixedWait, when positive, replaces the rule by a wait of this length, for demonstrations. No data file sets it.
	FixedWait time.Duration `json:"-"`
}

// At returns the time, in UTC, at which the system closes a ticket whose resolution took effect at from, and an English sentence that
// explains the time.
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

// holidays returns the dates and names of the holidays from one time until another. It leaves out weekends, which need no explanation.
func holidays(cal calendar.Calendar, from, to time.Time) []string {
	var names []string
	for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
		if name, ok := cal.Holiday(day); ok {
			names = append(names, fmt.Sprintf("%s (%s)", day.Format("Mon 2 Jan"), name))
		}
	}
	return names
}

// AutoClose returns the rule for tickets of an entity; the general rule if the catalogue does not know the entity.
func (c *Catalog) AutoClose(code EntityCode) AutoCloseRule {
	a := c.autoClose
	if e, ok := c.find(code); ok {
		a = e.autoClose
	}
	a.FixedWait = c.fixedAutoClose
	return a
}

// AutoCloseAt applies the rule and the calendar of an entity, as AutoCloseRule.At does.
func (c *Catalog) AutoCloseAt(code EntityCode, from time.Time) (time.Time, string) {
	return c.AutoClose(code).At(from, c.Calendar(code))
}

// WithAutoCloseAfter returns a copy of the catalogue in which each ticket closes d after its resolution, on a working day or not. It is for
// demonstrations. With d of zero or less the rules of the data apply.
func (c *Catalog) WithAutoCloseAfter(d time.Duration) *Catalog {
	shortened := *c
	shortened.fixedAutoClose = max(d, 0)
	return &shortened
}
