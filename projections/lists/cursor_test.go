// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

var testKeys = cursorKeys{hashForTest, sealForTest{}}

func hashForTest(purpose, value string) []string {
	mac := hmac.New(sha256.New, []byte(purpose))
	mac.Write([]byte(value))
	return []string{hex.EncodeToString(mac.Sum(nil))}
}

// sealForTest seals without encryption.
type sealForTest struct{}

func (sealForTest) Seal(purpose string, value, aad []byte) []byte {
	return append([]byte(hashForTest(purpose, string(value)+string(aad))[0]), value...)
}

func (sealForTest) Open(purpose string, sealed, aad []byte) ([]byte, bool) {
	if len(sealed) < 64 {
		return nil, false
	}
	value := sealed[64:]
	return value, string(sealed[:64]) == hashForTest(purpose, string(value)+string(aad))[0]
}

// FuzzCursor checks that decodeCursor reads a cursor for its own list and viewer, and refuses every other text, list and viewer.
func FuzzCursor(f *testing.F) {
	f.Add("2026-11-23T12:00:00Z", "01930000-0000-7000-8000-000000000001", false, "waiting", "e30")
	f.Add("", "", true, "", "")
	f.Add("à\"\\", "x", false, "q\x00", base64.RawURLEncoding.EncodeToString([]byte(`{"k":"a","i":"b","s":""}`)))
	f.Fuzz(func(t *testing.T, key, id string, back bool, search, other string) {
		for _, role := range []person.Role{person.ASROperator, person.Citizen} {
			viewer := ticketview.Viewer{Actor: person.Actor{ID: "a", Role: role, Entity: "010301"}}
			otherViewer := viewer
			otherViewer.Actor.ID = "b"
			if _, err := decodeCursor(testKeys, Filter{Q: search, Cursor: other}, viewer); err == nil {
				t.Errorf("%q is accepted without a signature", other)
			}
			if !utf8.ValidString(key) || !utf8.ValidString(id) {
				continue // Postgres stores no such text
			}
			c := cursor{Key: key, ID: id, Back: back}
			text := c.encode(testKeys, Filter{Q: search}, viewer)
			if got, err := decodeCursor(testKeys, Filter{Q: search, Cursor: text}, viewer); err != nil || got.Key != key || got.ID != id ||
				got.Back != back {
				t.Errorf("got %+v, %v, want %+v", got, err, c)
			}
			if _, err := decodeCursor(testKeys, Filter{Q: search + "x", Cursor: text}, viewer); err == nil {
				t.Error("a cursor is accepted for another list")
			}
			if _, err := decodeCursor(testKeys, Filter{Q: search, Cursor: text}, otherViewer); err == nil {
				t.Error("a cursor is accepted for another viewer")
			}
		}
	})
}

// TestCitizensCursorIsOpaque checks that a citizen's cursor tells nothing, and that a signed one of the release before is still valid.
func TestCitizensCursorIsOpaque(t *testing.T) {
	h := newFixture(t)
	viewer := ticketview.Viewer{Actor: tickettest.Citizen}
	c := cursor{Key: "2026-0000001", ID: "01930000-0000-7000-8000-000000000001"}
	text := c.encode(h.reader.cursorKeys, Filter{}, viewer)
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || bytes.Contains(decoded, []byte("2026")) || text != c.encode(h.reader.cursorKeys, Filter{}, viewer) {
		t.Errorf("got cursor %q, %v, want encrypted text, the same one for the same place", decoded, err)
	}
	if got, err := decodeCursor(h.reader.cursorKeys, Filter{Cursor: text}, viewer); err != nil || got != c {
		t.Errorf("got %+v, %v, want %+v", got, err, c)
	}
	before := c
	before.Signature = c.signatures(h.reader.cursorKeys, Filter{}, viewer)[0]
	signed, err := json.Marshal(before)
	if err != nil {
		t.Fatal(err)
	}
	f := Filter{Cursor: base64.RawURLEncoding.EncodeToString(signed)}
	if got, err := decodeCursor(h.reader.cursorKeys, f, viewer); err != nil || got.Key != c.Key {
		t.Errorf("cursor of the release before: got %+v, %v, want %+v", got, err, c)
	}
}
