// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package calendar

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// rule returns the month and day of a holiday in a year.
type rule func(year int) (time.Month, int)

const ruleSyntax = `"06-24" (month-day), "easter+1" (days after Easter Sunday), or "first tuesday of may" ` +
	`(first, second, third, fourth or last; "+1" at the end for the day after)`

var (
	fixedDay    = regexp.MustCompile(`^(\d\d)-(\d\d)$`)
	afterEaster = regexp.MustCompile(`^easter(?:\+(\d{1,2}))?$`)
	nthWeekday  = regexp.MustCompile(`^(\w+) (\w+) of (\w+)(?:\+(\d))?$`)
)

// parseRule parses the day of a holiday in one of the formats of ruleSyntax.
func parseRule(on string) (rule, error) {
	on = strings.ToLower(strings.TrimSpace(on))
	if f := fixedDay.FindStringSubmatch(on); f != nil {
		return fixedRule(parseDigits(f[1]), parseDigits(f[2]))
	}
	if f := afterEaster.FindStringSubmatch(on); f != nil {
		days := parseDigits(f[1])
		return func(y int) (time.Month, int) { return normalizeDay(y, time.March, easter(y)+days) }, nil
	}
	if f := nthWeekday.FindStringSubmatch(on); f != nil {
		return weekdayRule(f[1], f[2], f[3], parseDigits(f[4]))
	}
	return nil, fmt.Errorf("%q says no day; allowed: %s", on, ruleSyntax)
}

// fixedRule returns the rule of a holiday that is on the same date every year.
func fixedRule(month, day int) (rule, error) {
	// 2000 is a leap year, so 02-29 is accepted.
	if d := time.Date(2000, time.Month(month), day, 0, 0, 0, 0, time.UTC); d.Month() != time.Month(month) || d.Day() != day {
		return nil, fmt.Errorf("%02d-%02d is no day of the year; allowed: 01-01 to 12-31", month, day)
	}
	return func(int) (time.Month, int) { return time.Month(month), day }, nil
}

var ordinals = map[string]int{"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 5}

// weekdayRule returns the rule of a holiday on the n-th or last weekday of a month, and a number of days later.
func weekdayRule(ordinal, weekday, month string, plus int) (rule, error) {
	n, ok1 := ordinals[ordinal]
	wd, ok2 := parseName(weekday, time.Sunday, time.Saturday)
	m, ok3 := parseName(month, time.January, time.December)
	if !ok1 || !ok2 || !ok3 {
		return nil, fmt.Errorf("%q says no day; allowed: %s", ordinal+" "+weekday+" of "+month, ruleSyntax)
	}
	return func(y int) (time.Month, int) {
		first := time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
		day := 1 + (int(wd-first.Weekday())+7)%7 + 7*(n-1)
		if n == 5 && time.Date(y, m, day, 0, 0, 0, 0, time.UTC).Month() != m {
			day -= 7 // this month has only four of them
		}
		return normalizeDay(y, m, day+plus)
	}, nil
}

// normalizeDay converts a day after the end of the month into a day of a later month.
func normalizeDay(y int, m time.Month, day int) (time.Month, int) {
	_, m, day = time.Date(y, m, day, 0, 0, 0, 0, time.UTC).Date()
	return m, day
}

// parseName returns the weekday or month with an English name in lower case; false if there is none.
func parseName[T interface {
	~int
	fmt.Stringer
}](name string, first, last T) (T, bool) {
	for v := first; v <= last; v++ {
		if strings.ToLower(v.String()) == name {
			return v, true
		}
	}
	return first, false
}

// parseDigits parses digits that a pattern has matched; an empty text is 0.
func parseDigits(digits string) int {
	n, _ := strconv.Atoi(digits) // fails for "" only: the patterns match at most two digits
	return n
}
