// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/sol-assistenza/sol/domain/calendar"
)

// FormatTime returns date and time in Rome, for example 02/01/2006 15:04.
func FormatTime(t time.Time) string { return t.In(calendar.Rome()).Format("02/01/2006 15:04") }

// FormatClock returns the time of day in Rome, for example 15:04.
func FormatClock(t time.Time) string { return t.In(calendar.Rome()).Format("15:04") }

// formatSize returns a number of bytes in kB or MB.
func formatSize(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d kB", max(1, bytes>>10))
	}
	return italian.Sprintf("%.1f MB", float64(bytes)/(1<<20))
}

// FormatCount returns a number with the noun in singular or plural, for example 1 richiesta, 1.250 richieste.
func FormatCount(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return FormatNumber(n) + " " + many
}

// italian formats numbers by the rules of the language.
var italian = message.NewPrinter(language.Italian)

// FormatNumber returns a number with dots between thousands, for example 1.250.
func FormatNumber(n int) string { return italian.Sprintf("%d", n) }

// formatAge returns the time between two moments in its largest unit; "ora" if it is less than a minute.
func formatAge(from, to time.Time) string {
	switch d := to.Sub(from); {
	case d < time.Minute:
		return "ora"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	case d < 24*time.Hour:
		return FormatCount(int(d/time.Hour), "ora", "ore")
	default:
		return FormatCount(int(d/(24*time.Hour)), "giorno", "giorni")
	}
}

// FormatDuration returns a duration in its two largest units, with no-break spaces.
func FormatDuration(seconds int64) string {
	minutes, hours := seconds/60, seconds/3600
	switch {
	case minutes < 60:
		return fmt.Sprintf("%d\u00a0min", minutes)
	case hours < 48:
		return fmt.Sprintf("%d\u00a0h\u00a0%02d\u00a0min", hours, minutes%60)
	default:
		return fmt.Sprintf("%d\u00a0g\u00a0%d\u00a0h", hours/24, hours%24)
	}
}

// FormatDate returns a day 2006-01-02 as 02/01/2006, and any other text unchanged.
func FormatDate(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return d.Format("02/01/2006")
}

// formatPhone returns a telephone number in normal form as people read it: an extension after «int.».
func formatPhone(number string) string { return strings.Replace(number, ";ext=", " int. ", 1) }
