// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/proof"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// TestLeafInputsHashToLeaf checks that SHA-256 of the leaf inputs gives the stored leaf, before and after an erasure.
func TestLeafInputsHashToLeaf(t *testing.T) {
	s := storetest.New(t).Store
	a := newAppend(newID(), 0, "opened", "noted")
	a.Events[1].Personal = []byte(`"secret"`)
	mustAppend(t, s, newAppend(newID(), 0, "elsewhere"))
	mustAppend(t, s, a)
	erase := newAppend(a.Stream, 2, "erased")
	erase.Erase, erase.Cause = true, 2
	check := func() {
		t.Helper()
		records, err := s.ReadStream(t.Context(), a.Stream)
		if err != nil {
			t.Fatal(err)
		}
		inputs, err := proof.ReadLeafInputs(t.Context(), s.Pools().Request, eventstore.Reader{Everything: true}, uuid.MustParse(a.Stream))
		if err != nil || len(inputs) != len(records) {
			t.Fatal(len(inputs), err)
		}
		for i, e := range inputs {
			content := sha256.Sum256(e.Content)
			if leaf := sha256.Sum256(append([]byte{0}, e.Record...)); leaf != records[i].Hash || e.Position != records[i].Position {
				t.Errorf("event %d: got leaf %x of position %d, want %x", records[i].Position, leaf, e.Position, records[i].Hash)
			}
			if !bytes.HasSuffix(e.Record, content[:]) {
				t.Errorf("event %d: the record does not end with the content hash", e.Position)
			}
		}
	}
	check()
	mustAppend(t, s, erase)
	check()
	if none, err := proof.ReadLeafInputs(t.Context(), s.Pools().Request, eventstore.Reader{Everything: true}, uuid.New()); err != nil || len(none) != 0 {
		t.Errorf("unknown stream: got %d inputs, %v; want none", len(none), err)
	}
}
