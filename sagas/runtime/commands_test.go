// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
)

var (
	noon = time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)

	questionID ticket.ID = "01930000-0000-7000-8000-0000000000a1"
	noteID     ticket.ID = "01930000-0000-7000-8000-0000000000a2"
)

// storedCommands holds one example for every name that timers ever had. The golden files stay for ever: a timer that was set years ago
// must still decode.
var storedCommands = map[string]ticket.Command{
	"close.v1":            ticket.Close{Resolution: 2},
	"succeed.v1":          ticket.TransferToSuccessor{From: "010301", To: "010203"},
	"begin-playbook.v1":   ticket.BeginPlaybook{},
	"remind.v1":           ticket.RemindPlaybook{Run: 1, N: 2},
	"warn.v1":             ticket.WarnHandover{Handover: 1, Due: noon},
	"breach.v1":           ticket.BreachHandover{Handover: 1, Due: noon},
	"notice-ping-pong.v1": ticket.NoticePingPong{Handover: 3},
	"remind-citizen.v1":   ticket.RemindCitizen{Question: questionID, N: 1},
	"expire.v1":           ticket.ExpireQuestion{Question: questionID, Note: noteID},
	"end-former-view.v1":  ticket.EndFormerView{Entity: "010301", Since: noon},
}

func TestStoredCommandsAreAContract(t *testing.T) {
	if len(storedCommands) != len(decoders) {
		t.Fatalf("got %d examples, want one for each of %d names", len(storedCommands), len(decoders))
	}
	for name, want := range storedCommands {
		golden, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := decodeCommand(name, golden); err != nil || got != want {
			t.Errorf("decode %s: got %+v, %v; want %+v", name, got, err, want)
		}
		gotName, data, err := encodeCommand(want)
		if err != nil || gotName != name || string(data) != strings.TrimSpace(string(golden)) {
			t.Errorf("encode %+v: got %s %s, %v; want %s %s", want, gotName, data, err, name, golden)
		}
	}
}

func TestSagasCannotStoreOtherCommands(t *testing.T) {
	for _, c := range []ticket.Command{
		ticket.Open{}, ticket.Update{}, ticket.Reply{}, ticket.Undo{}, ticket.Release{}, ticket.Erase{},
		ticket.RecordQueryResult{}, ticket.ReportContact{},
	} {
		if name, _, err := encodeCommand(c); err == nil {
			t.Errorf("encode %T: got %q, want an error", c, name)
		}
	}
	if c, err := decodeCommand("reopen.v1", []byte("{}")); err == nil {
		t.Errorf("decode reopen.v1: got %+v, want an error", c)
	}
}
