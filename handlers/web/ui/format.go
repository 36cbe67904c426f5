// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
)

// FormatTime is a time as it is read in Italy.
func FormatTime(t time.Time) string { return t.In(calendar.Rome()).Format("02/01/2006 15:04") }

// FormatClock is a time of a day that need not be said.
func FormatClock(t time.Time) string { return t.In(calendar.Rome()).Format("15:04") }

func formatSize(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d kB", max(1, bytes>>10))
	}
	return strings.Replace(fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20)), ".", ",", 1)
}

// FormatCount is a number of things: 1 richiesta, 1.250 richieste.
func FormatCount(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return FormatNumber(n) + " " + many
}

// FormatNumber writes a number as it is read in Italy: 1.250.
func FormatNumber(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "." + digits[i:]
	}
	return digits
}

// formatAge is how long something has lasted, in the one unit that says it.
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

// FormatDuration says a time in the two units that matter, in one piece.
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

// FormatDate is a day as it is read in Italy. What is no day stays what it is.
func FormatDate(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return d.Format("02/01/2006")
}
