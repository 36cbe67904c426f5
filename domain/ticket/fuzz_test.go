// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/sol-assistenza/sol/domain/ticket/codec"
)

// FuzzDecode checks that Decode returns an event or an error and does not panic, and that a decoded event can be encoded, and decoded again
// without a change.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "events", "*.json"))
	if err != nil || len(files) == 0 {
		f.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		data, personal, _ := bytes.Cut(content, []byte("\n"))
		f.Add(name, data, personal)
		f.Add(name, []byte(`{}`), []byte(`{}`))
		f.Add(name, []byte(`null`), []byte(`null`))
		f.Add(name, personal, data)
	}
	f.Add("ticket.unheard-of.v1", []byte(`{}`), []byte(nil))
	f.Fuzz(func(t *testing.T, name string, data, personal []byte) {
		if len(personal) == 0 {
			personal = nil
		}
		event, err := Decode(name, data, personal)
		if err != nil {
			return
		}
		stored, err := Encode(event)
		if err != nil {
			t.Fatalf("encode %+v: got error %v", event, err)
		}
		again, err := Decode(stored.Name, stored.Data, stored.Personal)
		if err != nil {
			t.Fatalf("decode %s: got error %v", stored.Data, err)
		}
		twice, err := Encode(again)
		if err != nil || stored.Name != twice.Name || !bytes.Equal(stored.Data, twice.Data) || !bytes.Equal(stored.Personal, twice.Personal) {
			t.Errorf("got %s %s %s, error %v, want %s %s %s",
				twice.Name, twice.Data, twice.Personal, err, stored.Name, stored.Data, stored.Personal)
		}
	})
}
