// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import (
	"bytes"
	"testing"

	"github.com/google/uuid"
)

func newTestKeyring(t *testing.T) *Keyring {
	t.Helper()
	k, err := newKeyring(uuid.MustParse("01930000-0000-7000-8000-000000000003"), bytes.Repeat([]byte{7}, MasterKeySize))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// FuzzAAD: two rows have the same associated data only if they are the same row.
func FuzzAAD(f *testing.F) {
	f.Add([]byte("stream"), []byte("key"), int32(1), "ticket.opened.v1", []byte("stream"), []byte("key"), int32(1), "ticket.opened.v1")
	f.Add([]byte("stream"), []byte("key"), int32(1), "draft/a", []byte("stream"), []byte("key"), int32(1), "draft/")
	f.Add([]byte("stream"), []byte("key"), int32(1), "", []byte("stream"), []byte("key"), int32(256), "\x00")
	f.Add([]byte("a"), []byte("b"), int32(0), "", []byte("b"), []byte("a"), int32(0), "")
	f.Fuzz(func(t *testing.T, streamA, keyA []byte, versionA int32, textA string, streamB, keyB []byte, versionB int32, textB string) {
		k := newTestKeyring(t)
		aads := func(stream, key []byte, version int32, text string) [4][]byte {
			s, id := toUUID(stream), toUUID(key)
			return [4][]byte{k.keyAAD(id, s), k.EventAAD(s, int(version), text, id), k.BlobAAD(s, id), k.LabelAAD(s, id, text)}
		}
		sameIDs := toUUID(streamA) == toUUID(streamB) && toUUID(keyA) == toUUID(keyB)
		same := [4]bool{sameIDs, sameIDs && versionA == versionB && textA == textB, sameIDs, sameIDs && textA == textB}
		a, b := aads(streamA, keyA, versionA, textA), aads(streamB, keyB, versionB, textB)
		for i := range a {
			for j := range b {
				if got, want := bytes.Equal(a[i], b[j]), i == j && same[i]; got != want {
					t.Errorf("kinds %d and %d: equal %v, want %v:\n%q\n%q", i, j, got, want, a[i], b[j])
				}
			}
		}
	})
}

// FuzzCommandID: an actor and a key have the same id as others only if both are the same, wherever one ends and the other begins.
func FuzzCommandID(f *testing.F) {
	f.Add("someone", "once", "someone", "once")
	f.Add("some", "oneonce", "someone", "once")
	f.Add("", "", "\x00\x00\x00\x00", "")
	f.Fuzz(func(t *testing.T, actorA, keyA, actorB, keyB string) {
		k := newTestKeyring(t)
		if same := k.CommandID(actorA, keyA) == k.CommandID(actorB, keyB); same != (actorA == actorB && keyA == keyB) {
			t.Errorf("%q %q and %q %q: the same id %v", actorA, keyA, actorB, keyB, same)
		}
	})
}

// FuzzSeal: what is sealed under a label opens under it, and under no other.
func FuzzSeal(f *testing.F) {
	f.Add([]byte("Testo di prova"), "draft/a", "draft/b")
	f.Add([]byte{}, "", "\x00")
	f.Fuzz(func(t *testing.T, content []byte, label, other string) {
		k := newTestKeyring(t)
		stream, id := toUUID([]byte("stream")), toUUID([]byte("key"))
		data, wrapped, err := k.NewDataKey(id, stream)
		if err != nil {
			t.Fatal(err)
		}
		sealed := data.Seal(nil, nil, content, k.LabelAAD(stream, id, label))
		again, err := k.Unwrap(id, stream, wrapped)
		if err != nil {
			t.Fatal(err)
		}
		if opened, err := again.Open(nil, nil, sealed, k.LabelAAD(stream, id, label)); err != nil || !bytes.Equal(opened, content) {
			t.Errorf("opened %q, %v; sealed %q", opened, err, content)
		}
		if _, err := again.Open(nil, nil, sealed, k.LabelAAD(stream, id, other)); (err == nil) != (label == other) {
			t.Errorf("sealed under %q, opened under %q: %v", label, other, err)
		}
		if _, err := k.Unwrap(stream, id, wrapped); err == nil {
			t.Error("a key opens in another key's row")
		}
	})
}

func toUUID(b []byte) uuid.UUID { return uuid.NewSHA1(uuid.Nil, b) }
