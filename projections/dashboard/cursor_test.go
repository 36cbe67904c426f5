// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// FuzzDrillDownCursor checks that an accepted cursor is read back equal after it is written again.
func FuzzDrillDownCursor(f *testing.F) {
	for _, text := range []string{
		"", "0.01930000-0000-7000-8000-000000000001.1", "1764417600000000.01930000-0000-7000-8000-000000000001.2147483647",
		"-1.01930000-0000-7000-8000-000000000001.1", "1.01930000-0000-7000-8000-00000000000A.1", "1..1", "1.1",
		"9223372036854775807.x.9223372036854775807",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseDrillDownCursor(text)
		if err != nil || c == nil {
			return
		}
		if c.at.Before(time.UnixMicro(0)) {
			t.Errorf("%q: got %v, want no time before 1970", text, c.at)
		}
		item := DrillDownItem{At: c.at, OpenedAt: c.at, Ticket: ticket.ID(c.ticket), version: c.version}
		again, err := parseDrillDownCursor(item.cursorText(false))
		if err != nil || *again != *c {
			t.Errorf("%q: got %+v, %v after writing, want %+v", text, again, err, c)
		}
	})
}
