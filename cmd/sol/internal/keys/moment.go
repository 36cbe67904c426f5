// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keys

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
)

// maxDays is the largest number of days of a moment: ten years.
const maxDays = 3650

// parseMoment returns the moment that a person typed: now, a number of days (30d), the beginning of a day in Rome (2027-01-31), or a time (RFC 3339).
// destroyed is the zero time: no moment. "" stands for a number of days and one more, since the day counts from its end.
func parseMoment(text string, now time.Time, defaultDays int) (time.Time, error) {
	switch text {
	case "":
		return now.AddDate(0, 0, defaultDays+1), nil
	case "now":
		return now, nil
	case "destroyed":
		return time.Time{}, nil
	}
	if digits, ok := strings.CutSuffix(text, "d"); ok {
		if days, err := strconv.Atoi(digits); err == nil && days >= 0 && days <= maxDays {
			return now.AddDate(0, 0, days), nil
		}
	}
	at, err := time.ParseInLocation(time.DateOnly, text, calendar.Rome())
	if err != nil {
		at, err = time.Parse(time.RFC3339, text)
	}
	switch {
	case err != nil:
		return time.Time{}, fmt.Errorf("%q: want now, a number of days such as 30d, a day such as 2027-01-31, or destroyed", text)
	case at.Before(now):
		return time.Time{}, fmt.Errorf("%q is past: want now, or a later moment", text)
	case at.After(now.AddDate(0, 0, maxDays)):
		return time.Time{}, fmt.Errorf("%q is more than ten years ahead", text)
	}
	return at, nil
}
