// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package calendar

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Holiday is a yearly day off. NewHoliday makes one; the zero value falls on no day.
type Holiday struct {
	Name string // in Italian, e.g. "Lunedì dell’Angelo"
	rule rule
	from int // first year of the holiday; 0: no limit
}

// NewHoliday returns a holiday with an Italian name. on is its day, e.g. "06-24", "easter+1", "first tuesday of may" or
// "third sunday of july+1" (the day after). from is the first year of the holiday; 0 means no limit. It returns an error for an empty name
// and for a day in another format.
func NewHoliday(name, on string, from int) (Holiday, error) {
	if strings.TrimSpace(name) == "" {
		return Holiday{}, errors.New("a holiday needs a name")
	}
	r, err := parseRule(on)
	if err != nil {
		return Holiday{}, fmt.Errorf("holiday %s: %w", name, err)
	}
	return Holiday{Name: name, rule: r, from: from}, nil
}

// DateIn returns the month and day of the holiday in a year; false if the year has no such holiday.
func (h Holiday) DateIn(year int) (time.Month, int, bool) {
	if h.rule == nil || year < h.from {
		return 0, 0, false
	}
	m, d := h.rule(year)
	return m, d, m != 0
}

// isOn reports whether the holiday is on a day.
func (h Holiday) isOn(y int, m time.Month, d int) bool {
	hm, hd, ok := h.DateIn(y)
	return ok && hm == m && hd == d
}
