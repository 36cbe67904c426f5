// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import "testing"

func TestNumbersAreFormattedInItalian(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1.000", 1250: "1.250", 12345: "12.345", 1234567: "1.234.567", -1250: "-1.250"} {
		if got := FormatNumber(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
	for bytes, want := range map[int64]string{0: "1 kB", 2048: "2 kB", 1 << 20: "1,0 MB", 3 << 19: "1,5 MB"} {
		if got := formatSize(bytes); got != want {
			t.Errorf("%d bytes: got %q, want %q", bytes, got, want)
		}
	}
}
