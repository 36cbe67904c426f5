// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

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

// signer returns the keyed hashes of a value with every version of a purpose's key, the newest first.
type signer func(purpose, value string) []string

// signatures returns the valid signatures of the cursor, the newest first. They bind it to filter and viewer.
func (c cursor) signatures(sign signer, f Filter, v ticketview.Viewer) []string {
	return sign("list-cursor", fmt.Sprintf("%q %q %t %q %q %q %q %q %q %q %q %q %q", c.Key, c.ID, c.Back, f.Sort, f.Queue, f.Status,
		f.Entity, f.Assignee, f.SameCitizenAs, f.Q, v.Actor.ID, v.Actor.Role, v.Actor.Entity))
}

// encode returns the signed cursor as text.
func (c cursor) encode(sign signer, f Filter, v ticketview.Viewer) string {
	c.Signature = c.signatures(sign, f, v)[0]
	text, err := json.Marshal(c)
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
	signed := func(valid string) bool { return hmac.Equal([]byte(c.Signature), []byte(valid)) }
	if err != nil || !slices.ContainsFunc(c.signatures(sign, f, v), signed) {
		return cursor{}, readmodel.NewFilterError("cursor", refusal.ListCursor.With(),
			"a cursor of the page beside it, with the same filter and sort")
	}
	return c, nil
}
