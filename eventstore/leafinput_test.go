// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"testing"

	"github.com/sol-assistenza/sol/eventstore"
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
		inputs, err := s.LeafInputs(t.Context(), a.Stream)
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
	if _, err := s.LeafInputs(t.Context(), newID()); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("unknown stream: got %v, want ErrNotFound", err)
	}
	if _, err := s.LeafInputs(t.Context(), "che"); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("invalid id: got %v, want ErrNotFound", err)
	}
}
