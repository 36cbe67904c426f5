// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"testing"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

func signForTest(purpose, value string) []string {
	mac := hmac.New(sha256.New, []byte(purpose))
	mac.Write([]byte(value))
	return []string{hex.EncodeToString(mac.Sum(nil))}
}

// FuzzCursor checks that decodeCursor reads a cursor for its own list and viewer, and refuses every other text, list and viewer.
func FuzzCursor(f *testing.F) {
	f.Add("2026-11-23T12:00:00Z", "01930000-0000-7000-8000-000000000001", false, "waiting", "e30")
	f.Add("", "", true, "", "")
	f.Add("à\"\\", "x", false, "q\x00", base64.RawURLEncoding.EncodeToString([]byte(`{"k":"a","i":"b","s":""}`)))
	f.Fuzz(func(t *testing.T, key, id string, back bool, search, other string) {
		viewer := ticketview.Viewer{Actor: person.Actor{ID: "a", Role: person.ASROperator, Entity: "010301"}}
		otherViewer := viewer
		otherViewer.Actor.ID = "b"
		if _, err := decodeCursor(signForTest, Filter{Q: search, Cursor: other}, viewer); err == nil {
			t.Errorf("%q is accepted without a signature", other)
		}
		if !utf8.ValidString(key) || !utf8.ValidString(id) {
			return // Postgres stores no such text
		}
		c := cursor{Key: key, ID: id, Back: back}
		text := c.encode(signForTest, Filter{Q: search}, viewer)
		if got, err := decodeCursor(signForTest, Filter{Q: search, Cursor: text}, viewer); err != nil || got.Key != key || got.ID != id ||
			got.Back != back {
			t.Errorf("got %+v, %v, want %+v", got, err, c)
		}
		if _, err := decodeCursor(signForTest, Filter{Q: search + "x", Cursor: text}, viewer); err == nil {
			t.Error("a cursor is accepted for another list")
		}
		if _, err := decodeCursor(signForTest, Filter{Q: search, Cursor: text}, otherViewer); err == nil {
			t.Error("a cursor is accepted for another viewer")
		}
	})
}
