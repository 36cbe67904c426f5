// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keys

import (
	"testing"
	"time"
)

func TestParseMoment(t *testing.T) {
	now := time.Date(2026, 11, 30, 11, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"now": "2026-11-30T11:00:00Z", "0d": "2026-11-30T11:00:00Z", "30d": "2026-12-30T11:00:00Z", "2027-01-31": "2027-01-30T23:00:00Z",
		"2027-01-31T10:00:00+01:00": "2027-01-31T09:00:00Z", "": "2027-05-30T11:00:00Z", "destroyed": "0001-01-01T00:00:00Z",
		"2026-11-29": "", "-1d": "", "30": "", "30h": "", "4000d": "", "2050-01-01": "", "domani": "", "d": "",
	} {
		at, err := parseMoment(text, now, 180)
		if err != nil && want != "" || err == nil && formatTime(at) != want {
			t.Errorf("%q: got %s, %v, want %q", text, formatTime(at), err, want)
		}
	}
}
