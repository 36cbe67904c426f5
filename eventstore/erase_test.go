// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/labelseal"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// appendPersonal appends a stream with three personal parts under two keys, and a blob.
func appendPersonal(t *testing.T, s *eventstore.Store) (stream, blob string) {
	t.Helper()
	stream = newID()
	b, err := s.WriteBlob(t.Context(), stream, newID(), []byte("a file"))
	if err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, eventstore.Append{
		Stream: stream, Kind: "talk", By: operator, Subject: "subject-1",
		Events: []eventstore.NewEvent{{Type: "talk.said.v1", Data: []byte(`{}`), Personal: []byte("Mario"), Blobs: []string{b.ID}}},
	})
	mustAppend(t, s, eventstore.Append{
		Stream: stream, Kind: "talk", ExpectedVersion: 1, By: operator,
		Events: []eventstore.NewEvent{
			{Type: "talk.said.v1", Data: []byte(`{}`), Personal: []byte("Rossi")}, // sealed with the key that is already stored
			{Type: "talk.noted.v1", Data: []byte(`{}`), Personal: []byte("a note"), KeyID: newID()},
		},
	})
	return stream, b.ID
}

func TestErasedPartsCannotBeRead(t *testing.T) {
	db := storetest.New(t)
	other := db.OpenNode(t)
	stream, blob := appendPersonal(t, db.Store)
	kept, _ := appendPersonal(t, other)
	before, err := other.ReadStream(t.Context(), stream) // the other node has used the keys
	if err != nil || string(before[1].Personal) != "Rossi" || string(before[2].Personal) != "a note" {
		t.Fatalf("before the erasure: got %+v, %v, want the personal parts", before, err)
	}

	erase := newAppend(stream, 3, "erased")
	erase.Erase = true
	mustAppend(t, db.Store, erase)

	after, err := other.ReadStream(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range after[:3] {
		if !r.Erased || r.Personal != nil || r.Hash != before[i].Hash || r.KeyID == "" {
			t.Errorf("after the erasure: got %+v, want an erased record with the same hash", r)
		}
	}
	if after[3].Erased {
		t.Error("the event that erases is reported as erased, but has no personal part")
	}
	if _, err := other.ReadBlob(t.Context(), eventstore.Reader{Everything: true}, stream, blob); !errors.Is(err, eventstore.ErrErased) {
		t.Errorf("blob: got %v, want ErrErased", err)
	}
	var left, subjects int
	err = storetest.Connect(t, db.URL).QueryRow(t.Context(), `
		select count(wrapped), count(*) filter (where subject = 'subject-1' and destroyed_at is not null)
		from keys.keys where stream = $1`, stream).Scan(&left, &subjects)
	if err != nil || left != 0 || subjects != 3 {
		t.Errorf("got %d keys left and %d keys of the subject destroyed, %v, want 0 and 3", left, subjects, err)
	}
	if untouched, err := other.ReadStream(t.Context(), kept); err != nil || string(untouched[0].Personal) != "Mario" {
		t.Errorf("other stream: got %+v, %v, want its personal parts", untouched, err)
	}

	late := newAppend(stream, 4, "late")
	late.Events[0].Personal = []byte("x")
	if _, err := other.Append(t.Context(), late); !errors.Is(err, eventstore.ErrErased) {
		t.Errorf("append with a destroyed key: got %v, want ErrErased", err)
	}
	late.Erase = true
	if _, err := other.Append(t.Context(), late); err == nil {
		t.Error("an append that erases and has a personal part was accepted")
	}
}

func TestSealedPartsOpenOnlyInTheirRow(t *testing.T) {
	db := storetest.New(t)
	stream, _ := appendPersonal(t, db.Store)
	conn := storetest.Connect(t, db.URL)
	for _, sql := range []string{
		`alter table log.events disable trigger append_only`, // only the owner can do this
		`update log.events set sealed = (select sealed from log.events where position = 1) where position = 2`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Store.ReadStream(t.Context(), stream); err == nil {
		t.Error("a ciphertext that was copied to another version was opened")
	}
}

func TestOrphansCannotBeReadAndAreCollected(t *testing.T) {
	db := storetest.New(t)
	stream, named := appendPersonal(t, db.Store)
	orphan, err := db.Store.WriteBlob(t.Context(), stream, newID(), []byte("never named"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Store.ReadBlob(t.Context(), eventstore.Reader{Everything: true}, stream, orphan.ID); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("orphan: got %v, want ErrNotFound", err)
	}
	otherStream := newAppend(newID(), 0, "x")
	otherStream.Events[0].Blobs = []string{orphan.ID}
	if _, err := db.Store.Append(t.Context(), otherStream); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("another stream names the blob: got %v, want ErrNotFound", err)
	}
	if n, err := db.Store.CollectOrphans(t.Context(), time.Hour); err != nil || n != 0 {
		t.Errorf("young orphans: got %d, %v, want 0", n, err)
	}
	if n, err := db.Store.CollectOrphans(t.Context(), 0); err != nil || n != 1 {
		t.Errorf("orphans: got %d, %v, want 1", n, err)
	}
	if content, err := db.Store.ReadBlob(t.Context(), eventstore.Reader{Everything: true}, stream, named); err != nil || string(content) != "a file" {
		t.Errorf("named blob: got %q, %v, want \"a file\"", content, err)
	}
	if _, err := db.Store.ReadBlob(t.Context(), eventstore.Reader{Everything: true}, newID(), named); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("blob of another stream: got %v, want ErrNotFound", err)
	}
}

// TestRepeatedCommandWithNewBlobs checks that a client that repeats a command with new copies of its files gets the first result, and
// that the new files become orphans.
func TestRepeatedCommandWithNewBlobs(t *testing.T) {
	db := storetest.New(t)
	stream := newID()
	request := func() eventstore.Append {
		blob, err := db.Store.WriteBlob(t.Context(), stream, newID(), []byte("file"))
		if err != nil {
			t.Fatal(err)
		}
		a := withCommand(newAppend(stream, 0, "one"), "k", "body")
		a.Events[0].Blobs = []string{blob.ID}
		return a
	}
	first := request()
	mustAppend(t, db.Store, first)
	if r := mustAppend(t, db.Store, request()); !r.Repeated || r.Version != 1 {
		t.Errorf("repeated: got %+v, want the first result", r)
	}
	if r := mustAppend(t, db.OpenNode(t), first); !r.Repeated || r.Version != 1 { // a node that does not hold the key
		t.Errorf("repeated on another node: got %+v, want the first result", r)
	}
	if n, err := db.Store.CollectOrphans(t.Context(), 0); err != nil || n != 1 {
		t.Errorf("orphans: got %d, %v, want 1", n, err)
	}
}

// TestLabelSeal checks that content opens with its own stream and label only, and that it is erased with the stream.
func TestLabelSeal(t *testing.T) {
	db := storetest.New(t)
	s, other := db.Store, db.OpenNode(t)
	stream, _ := appendPersonal(t, s)
	otherStream, _ := appendPersonal(t, s)
	sealed, err := labelseal.Seal(t.Context(), s, stream, stream, "a", []byte("half a sentence"))
	if err != nil {
		t.Fatal(err)
	}
	open := func(s *eventstore.Store, stream, label string) ([]byte, error) {
		t.Helper()
		var wrapped []byte
		if err := s.Pools().Read.QueryRow(t.Context(), `select wrapped from keys.keys where id = $1`, stream).Scan(&wrapped); err != nil {
			t.Fatal(err)
		}
		return labelseal.Open(s, stream, stream, wrapped, label, sealed)
	}
	if content, err := open(other, stream, "a"); err != nil || string(content) != "half a sentence" {
		t.Errorf("got %q, %v, want the sealed content", content, err)
	}
	if content, err := open(s, stream, "b"); err == nil {
		t.Errorf("other label: got %q, want an error", content)
	}
	if content, err := open(s, otherStream, "a"); err == nil {
		t.Errorf("other stream: got %q, want an error", content)
	}
	if _, err := labelseal.Seal(t.Context(), s, newID(), newID(), "a", nil); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("unknown stream and key: got %v, want ErrNotFound", err)
	}
	if _, err := labelseal.Seal(t.Context(), s, "nothing", "", "a", nil); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("invalid stream id: got %v, want ErrNotFound", err)
	}
	erase := newAppend(stream, 3, "erased")
	erase.Erase = true
	mustAppend(t, s, erase)
	if _, err := open(other, stream, "a"); !errors.Is(err, eventstore.ErrErased) {
		t.Errorf("after the erasure: got %v, want ErrErased", err)
	}
}
