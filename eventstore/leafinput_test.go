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

// What is handed out as evidence gives the hash that was stored, by SHA-256 alone, and still does once the keys are gone.
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
		evidence, err := s.LeafInputs(t.Context(), a.Stream)
		if err != nil || len(evidence) != len(records) {
			t.Fatal(len(evidence), err)
		}
		for i, e := range evidence {
			content := sha256.Sum256(e.Content)
			if leaf := sha256.Sum256(append([]byte{0}, e.Record...)); leaf != records[i].Hash || e.Position != records[i].Position {
				t.Errorf("event %d: evidence of %d gives %x, stored is %x", records[i].Position, e.Position, leaf, records[i].Hash)
			}
			if !bytes.HasSuffix(e.Record, content[:]) {
				t.Errorf("event %d: the record does not end with the content's hash", e.Position)
			}
		}
	}
	check()
	mustAppend(t, s, erase)
	check()
	if _, err := s.LeafInputs(t.Context(), newID()); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("of no stream: %v", err)
	}
	if _, err := s.LeafInputs(t.Context(), "che"); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("of no id: %v", err)
	}
}
