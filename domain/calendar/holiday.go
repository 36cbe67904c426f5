// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package calendar

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Holiday is a day off that comes back every year. NewHoliday makes one; the zero value never falls.
type Holiday struct {
	Name string // in Italian, e.g. "Lunedì dell’Angelo"
	rule rule
	from int // the first year in which it is held
}

// NewHoliday makes a holiday of data. On says when it falls: "06-24", "easter+1", "first tuesday of may",
// "third sunday of july+1" (the day after). From is the first year in which it is held, 0 when it always was.
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

// DateIn is the day of the holiday in a year, in Rome; false when it is not held in that year.
func (h Holiday) DateIn(year int) (time.Month, int, bool) {
	if h.rule == nil || year < h.from {
		return 0, 0, false
	}
	m, d := h.rule(year)
	return m, d, m != 0
}

func (h Holiday) isOn(y int, m time.Month, d int) bool {
	hm, hd, ok := h.DateIn(y)
	return ok && hm == m && hd == d
}
