// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// cursor is the row after which, or before which, a page of a list begins: the row's sort key and id. On the wire it is valid only for the
// filter and the viewer that it was made for: a citizen's cursor is encrypted, other cursors are signed.
type cursor struct {
	Key       string `json:"k"`
	ID        string `json:"i"`
	Back      bool   `json:"b,omitempty"` // leads to the page before the row
	Signature string `json:"s,omitempty"`
	// Position is the position that the page had, EPOCH.POSITION, so that a cursor is refused whose page a restore lost. It is not signed: a
	// release before it reads the cursor too, and a client that changes it harms only itself.
	Position string `json:"p,omitempty"`
}

// cursorKeys signs and seals cursors. The first of several hashes is made with the newest key.
type cursorKeys struct {
	hashes func(purpose, value string) []string
	sealer interface {
		Seal(purpose string, value, aad []byte) []byte
		Open(purpose string, sealed, aad []byte) ([]byte, bool)
	}
}

// sealPurpose is the purpose of the key that seals citizens' cursors. It is a stored name.
const sealPurpose = "citizen-cursor"

// cursorScope returns the filter and the viewer of a cursor as text.
func cursorScope(f Filter, v ticketview.Viewer) string {
	scope := fmt.Sprintf("%q %q %q %q %q %q %q %q %q %q", f.Sort, f.Queue, f.Status, f.Entity, f.Assignee, f.SameCitizenAs, f.Q, v.Actor.ID,
		v.Actor.Role, v.Actor.Entity)
	if f.Representation != "" { // nodes of the release before know no such filter, and read all other cursors
		scope += fmt.Sprintf(" %q", f.Representation)
	}
	return scope
}

// signatures returns the valid signatures of the cursor, the newest first.
func (c cursor) signatures(k cursorKeys, f Filter, v ticketview.Viewer) []string {
	return k.hashes("list-cursor", fmt.Sprintf("%q %q %t %s", c.Key, c.ID, c.Back, cursorScope(f, v)))
}

// at returns the cursor of a page with the position that it has.
func (c cursor) at(p eventstore.Position) cursor {
	c.Position = p.String()
	return c
}

// encode returns the cursor as text.
func (c cursor) encode(k cursorKeys, f Filter, v ticketview.Viewer) string {
	if !v.IsCitizen() {
		c.Signature = c.signatures(k, f, v)[0]
	}
	text, err := json.Marshal(c)
	if err != nil {
		panic("encode cursor: " + err.Error())
	}
	if v.IsCitizen() {
		text = k.sealer.Seal(sealPurpose, text, []byte(cursorScope(f, v)))
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// decodeCursor returns the filter's cursor. A citizen may still hold a signed one, which the release before gave. Error:
// *readmodel.FilterError for a cursor of another list or viewer.
func decodeCursor(k cursorKeys, f Filter, v ticketview.Viewer) (cursor, error) {
	var c cursor
	text, err := base64.RawURLEncoding.DecodeString(f.Cursor)
	opened, sealed := []byte(nil), false
	if v.IsCitizen() {
		if opened, sealed = k.sealer.Open(sealPurpose, text, []byte(cursorScope(f, v))); sealed {
			text = opened
		}
	}
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	signed := func(valid string) bool { return hmac.Equal([]byte(c.Signature), []byte(valid)) }
	if err != nil || !sealed && !slices.ContainsFunc(c.signatures(k, f, v), signed) {
		return cursor{}, readmodel.NewFilterError("cursor", refusal.ListCursor.With(),
			"a cursor of the page beside it, with the same filter and sort")
	}
	return c, nil
}

// readCursor returns the filter's cursor if its page is not lost. Errors: *readmodel.FilterError, those of Store.CheckPosition.
func (r *Reader) readCursor(ctx context.Context, f Filter, v ticketview.Viewer) (cursor, error) {
	c, err := decodeCursor(r.cursorKeys, f, v)
	if err != nil || c.Position == "" {
		return c, err
	}
	p, err := eventstore.ParsePosition(c.Position)
	if err != nil {
		return cursor{}, readmodel.NewFilterError("cursor", refusal.ListCursor.With(), "a cursor as a page gave it")
	}
	return c, r.store.CheckPosition(ctx, p)
}
