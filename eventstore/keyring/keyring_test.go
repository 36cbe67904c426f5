// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import (
	"bytes"
	"slices"
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

// FuzzAAD checks that two rows have the same associated data only if they are the same row.
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
					t.Errorf("AAD kinds %d and %d: got equal %v, want %v:\n%q\n%q", i, j, got, want, a[i], b[j])
				}
			}
		}
	})
}

// FuzzCommandID checks that two pairs of actor and key have the same id only if both parts are the same, wherever the boundary
// between the parts is.
func FuzzCommandID(f *testing.F) {
	f.Add("someone", "once", "someone", "once")
	f.Add("some", "oneonce", "someone", "once")
	f.Add("", "", "\x00\x00\x00\x00", "")
	f.Fuzz(func(t *testing.T, actorA, keyA, actorB, keyB string) {
		k := newTestKeyring(t)
		if same := k.CommandID(actorA, keyA) == k.CommandID(actorB, keyB); same != (actorA == actorB && keyA == keyB) {
			t.Errorf("%q %q and %q %q: got same id %v, want %v", actorA, keyA, actorB, keyB, same, !same)
		}
	})
}

// FuzzSeal checks that content that is sealed with a label opens with the same label only.
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
			t.Errorf("opened %q, %v, want %q", opened, err, content)
		}
		if _, err := again.Open(nil, nil, sealed, k.LabelAAD(stream, id, other)); (err == nil) != (label == other) {
			t.Errorf("sealed with label %q, opened with label %q: %v", label, other, err)
		}
		if _, err := k.Unwrap(stream, id, wrapped); err == nil {
			t.Error("a wrapped key opens in the row of another key")
		}
	})
}

func toUUID(b []byte) uuid.UUID { return uuid.NewSHA1(uuid.Nil, b) }

// TestPurposesAreSorted: each purpose is one of four kinds, and what rows hold ends only by its destruction.
func TestPurposesAreSorted(t *testing.T) {
	for _, purpose := range purposes {
		if MayEnd(purpose) && (LosesRows(purpose) || !IsRenewable(purpose)) {
			t.Errorf("%s may end, want it to be renewable and to lose no rows", purpose)
		}
	}
	for _, stored := range []string{"search", "subject", "provider-identity", "command", "a purpose that comes later"} {
		if MayEnd(stored) || !LosesRows(stored) {
			t.Errorf("%s: got that no row is lost, want the careful answer", stored)
		}
	}
	for _, signed := range append(slices.Clone(signingPurposes), passingPurposes...) {
		if !slices.Contains(RenewablePurposes(), signed) {
			t.Errorf("%s is no purpose that can be renewed", signed)
		}
	}
}

// TestEveryPurposeSaysWhatItsRowsLose lists, for each purpose, whether rows are lost with an earlier version of its key. sol keys destroy asks before
// that: a new purpose needs a line here, and a decision.
func TestEveryPurposeSaysWhatItsRowsLose(t *testing.T) {
	loses := map[string]bool{
		"command": true, "request": true, "command-from": true, "subject": true, "search": true, "provider-identity": true, "second-factor": true, "recovery-code": true,
		"list-cursor": false, "opened-page": false, "page-address": false, "personal-link": false, "mail-address-r": false, "mail-address-b": false,
		"citizen-position": false, "citizen-cursor": false, "file-address": false, "login": false, "access-session": false,
	}
	for _, p := range purposes {
		if want, listed := loses[p]; !listed || LosesRows(p) != want {
			t.Errorf("%s: rows are lost: %t, want %t (listed: %t)", p, LosesRows(p), want, listed)
		}
		delete(loses, p)
	}
	if len(loses) > 0 {
		t.Errorf("got no purpose %v", loses)
	}
}
