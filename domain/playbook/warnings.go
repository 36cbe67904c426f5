// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// dateForms lists the accepted formats of a date. Of an RFC 3339 time only the day counts.
var dateForms = []string{time.DateOnly, "02/01/2006", "2/1/2006", time.RFC3339}

// parseDate parses a date in one of dateForms; false if it has none of them.
func parseDate(value string) (time.Time, bool) {
	for _, form := range dateForms {
		if d, err := time.Parse(form, value); err == nil {
			return d, true
		}
	}
	return time.Time{}, false
}

// italianDate returns a date in the format of the FAQ's texts, gg/mm/aaaa. A value that is no date is returned as given.
func italianDate(value string) string {
	if d, ok := parseDate(value); ok {
		return d.Format("02/01/2006")
	}
	return value
}

var (
	paymentNotice = regexp.MustCompile(`^3\d{17}$`)
	olderNotice   = regexp.MustCompile(`^[012]\d{17}$`)
	bareIUV       = regexp.MustCompile(`^\d{15}(\d{2})?$`)
	creditorIUV   = regexp.MustCompile(`^RF\d{2}[A-Z0-9]{1,21}$`)
	ticketNumber  = regexp.MustCompile(`^[0-9A-Z][0-9A-Z/-]{3,29}$`)
)

// Warning returns a warning about a value whose format does not fit the field; the zero Reason if it fits. A value with a warning is kept
// as given. today is the current time in the zone of the person who typed the value; later days are warned of.
func (f Field) Warning(value string, today time.Time) refusal.Reason {
	value = strings.TrimSpace(value)
	compact := strings.ToUpper(strings.ReplaceAll(value, " ", ""))
	switch {
	case value == "":
		return refusal.Reason{}
	case f.Type == Date:
		d, ok := parseDate(value)
		switch {
		case !ok:
			return refusal.OddDate.With()
		case d.Format(time.DateOnly) > today.Format(time.DateOnly):
			return refusal.OddFutureDate.With()
		case d.Year() < 1990:
			return refusal.OddOldDate.With()
		}
	case f.Type == IUV:
		return iuvWarning(compact)
	case f.Type == TicketNumber && !ticketNumber.MatchString(compact):
		return refusal.OddTicketNumber.With()
	case f.Type == Identifier && strings.ContainsAny(value, " \t\n"):
		return refusal.OddIdentifier.With()
	case f.Type == Choice && !slices.Contains(f.Options, value):
		return refusal.OddChoice.With(f.Options...)
	case f.Type == Flag && value != "true" && value != "false":
		return refusal.OddFlag.With()
	}
	return refusal.Reason{}
}

// iuvWarning returns a warning about an IUV or codice avviso. It accepts the codice avviso of pagoPA (18 digits that begin with 3; the last
// two are the first 16 modulo 93) and the IUV (15 digits, or the last 17 of a codice avviso). For the older forms it advises to compare
// the value with the payment slip.
func iuvWarning(code string) refusal.Reason {
	switch {
	case paymentNotice.MatchString(code):
		first, _ := strconv.ParseUint(code[:16], 10, 64) // cannot fail: the pattern matched digits
		if check, _ := strconv.ParseUint(code[16:], 10, 64); first%93 != check {
			return refusal.OddNoticeCheck.With()
		}
		return refusal.Reason{}
	case bareIUV.MatchString(code):
		return refusal.Reason{}
	case olderNotice.MatchString(code), creditorIUV.MatchString(code):
		return refusal.OddOldNotice.With()
	default:
		return refusal.OddIUV.With()
	}
}
