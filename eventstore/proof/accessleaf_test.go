// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package proof_test

import (
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore/proof"
)

// TestBytesOfAnAccessRecord holds the exact bytes of two records. They are stored as hashes and never change.
func TestBytesOfAnAccessRecord(t *testing.T) {
	at := time.Date(2026, 11, 30, 7, 0, 0, 123456000, time.UTC)
	const id = "01930000-0000-7000-8000-000000000001"
	for want, r := range map[string]proof.AccessRecord{
		`[1, 7, 1796022000123456, "list", "shown", "a", "operatore_asr", "010301", "", null, ["` + id + `","` + id + `"], 6, "tutte", "", null, null, null, "s", "192.0.2.1", "w", false, "", null, "sol_worker"]`: {
			Position: 7, At: at, Kind: "list", Outcome: "shown", Person: "a", Role: "operatore_asr", Entity: "010301", Shown: []string{id, id}, Look: 6, Detail: "tutte",
			Session: "s", Address: "192.0.2.1", Workstation: "w", Login: "sol_worker",
		},
		`[1, 8, 1796022000123456, "search", "refused", "\"\\\b\f\n\r\t\u0001\u001f/<&>è€` + "\x7f\u2028" + `", "", "", "010301", "` + id + `", [], null, "", "p", ["h"], "00ff", "` + id + `", "", "", "", true, "why", 1796022000123457, ""]`: {
			Position: 8, At: at, Kind: "search", Outcome: "refused", Person: "\"\\\b\f\n\r\t\x01\x1f/<&>è€\x7f\u2028", Controller: "010301", Ticket: id, Shown: []string{},
			Subject: "p", Hashes: []string{"h"}, Terms: []byte{0, 255}, TermsKey: id, CommandLine: true, Purpose: "why", Typed: at.Add(time.Microsecond),
		},
	} {
		if got := string(r.Bytes()); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}
