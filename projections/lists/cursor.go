// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// cursor is the row after which, or before which, a page of a list begins: the row's sort key and id. On the wire it is opaque text. Its
// signature makes it valid only for the filter and the viewer that it was made for.
type cursor struct {
	Key       string `json:"k"`
	ID        string `json:"i"`
	Back      bool   `json:"b,omitempty"` // leads to the page before the row
	Signature string `json:"s"`
}

// signer returns the keyed hash of a value for a purpose, with the log's master key.
type signer func(purpose, value string) string

// withSignature returns the cursor with its signature, which binds it to filter and viewer.
func (c cursor) withSignature(sign signer, f Filter, v ticketview.Viewer) cursor {
	c.Signature = sign("list-cursor", fmt.Sprintf("%q %q %t %q %q %q %q %q %q %q %q %q %q", c.Key, c.ID, c.Back, f.Sort, f.Queue, f.Status,
		f.Entity, f.Assignee, f.SameCitizenAs, f.Q, v.Actor.ID, v.Actor.Role, v.Actor.Entity))
	return c
}

// encode returns the signed cursor as text.
func (c cursor) encode(sign signer, f Filter, v ticketview.Viewer) string {
	text, err := json.Marshal(c.withSignature(sign, f, v))
	if err != nil {
		panic("encode cursor: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// decodeCursor returns the filter's cursor. Error: *readmodel.FilterError for a cursor of another list or viewer.
func decodeCursor(sign signer, f Filter, v ticketview.Viewer) (cursor, error) {
	var c cursor
	text, err := base64.RawURLEncoding.DecodeString(f.Cursor)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil || !hmac.Equal([]byte(c.Signature), []byte(c.withSignature(sign, f, v).Signature)) {
		return cursor{}, readmodel.NewFilterError("cursor", refusal.ListCursor.With(),
			"a cursor of the page beside it, with the same filter and sort")
	}
	return c, nil
}
