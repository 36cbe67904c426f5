// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package notify

import (
	"encoding/json"
	"testing"
)

// FuzzReceive checks that a NOTIFY message never lowers a watermark, and that a valid message raises the watermarks that it names
// to its values at least.
func FuzzReceive(f *testing.F) {
	for _, payload := range []string{
		`{"":42}`, `{"ticketview/3":41,"topic/notices/a/":1764417600000000}`, `{"":-1}`, `{}`,
		`null`, ``, `{"":"42"}`, `[1]`, `{"":1e99}`, "{\"\xff\":7}",
	} {
		f.Add([]byte(payload))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		n := New(Config{})
		n.SetHead(7)
		changed := n.HeadChanged(7)
		n.receive(payload)
		var sent map[string]int64
		if json.Unmarshal(payload, &sent) != nil {
			sent = nil
		}
		for name, value := range sent {
			if known, _ := n.watermarks.watch(name); known < value {
				t.Errorf("watermark %q: got %d, want at least %d", name, known, value)
			}
		}
		if want := max(7, sent[headWatermark]); n.Head() != want {
			t.Errorf("got head %d, want %d", n.Head(), want)
		}
		select {
		case <-changed:
			if n.Head() == 7 {
				t.Error("woken although the head has not moved")
			}
		default:
			if n.Head() > 7 {
				t.Error("not woken although the head has moved")
			}
		}
	})
}
