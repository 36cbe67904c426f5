// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"testing"

	"github.com/sol-assistenza/sol/eventstore"
)

func TestParsePosition(t *testing.T) {
	if p, err := eventstore.ParsePosition("2.41"); err != nil || p != (eventstore.Position{Epoch: 2, N: 41}) || p.String() != "2.41" {
		t.Errorf("got %v, %v, want 2.41", p, err)
	}
	for _, bad := range []string{"", "1", "1.", ".1", "0.1", "-1.2", "1.-2", "1.2.3", "a.b", "1.9223372036854775808", "+1.2"} {
		if p, err := eventstore.ParsePosition(bad); err == nil {
			t.Errorf("%q: got %v, want an error", bad, p)
		}
	}
}

// FuzzParsePosition checks that an accepted text gives a valid position, and that the position's text gives the same position.
func FuzzParsePosition(f *testing.F) {
	for _, text := range []string{
		"1.0", "1.42", "2147483647.9223372036854775807", "0.1", "1", "1.", ".1", "1.-1", "+1.1", "1.1.1", "01.007", "2147483648.1",
		"1.9223372036854775808", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := eventstore.ParsePosition(text)
		if err != nil {
			return
		}
		if p.Epoch < 1 || p.N < 0 {
			t.Errorf("%q: got %+v, want an epoch from 1 and a position from 0", text, p)
		}
		if again, err := eventstore.ParsePosition(p.String()); err != nil || again != p {
			t.Errorf("%q: got %+v, %v from %s, want %+v", text, again, err, p, p)
		}
	})
}
