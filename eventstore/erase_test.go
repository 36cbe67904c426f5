// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// appendPersonal is a stream with two personal parts under two keys, and a blob.
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
			{Type: "talk.said.v1", Data: []byte(`{}`), Personal: []byte("Rossi")}, // under the key that is stored
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
	before, err := other.ReadStream(t.Context(), stream) // the other node has had the keys in hand
	if err != nil || string(before[1].Personal) != "Rossi" || string(before[2].Personal) != "a note" {
		t.Fatalf("before: %+v, %v", before, err)
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
			t.Errorf("after erasure: %+v", r)
		}
	}
	if after[3].Erased {
		t.Error("the event that erases had nothing personal")
	}
	if _, err := other.ReadBlob(t.Context(), stream, blob); !errors.Is(err, eventstore.ErrErased) {
		t.Errorf("blob: %v", err)
	}
	var left, subjects int
	err = ownerConn(t, db).QueryRow(t.Context(), `
		select count(wrapped), count(*) filter (where subject = 'subject-1' and destroyed_at is not null)
		from keys.keys where stream = $1`, stream).Scan(&left, &subjects)
	if err != nil || left != 0 || subjects != 3 {
		t.Errorf("%d keys left, %d of the subject destroyed, %v", left, subjects, err)
	}
	if untouched, err := other.ReadStream(t.Context(), kept); err != nil || string(untouched[0].Personal) != "Mario" {
		t.Errorf("another stream: %+v, %v", untouched, err)
	}

	late := newAppend(stream, 4, "late")
	late.Events[0].Personal = []byte("x")
	if _, err := other.Append(t.Context(), late); !errors.Is(err, eventstore.ErrErased) {
		t.Errorf("append under a destroyed key: %v", err)
	}
	late.Erase = true
	if _, err := other.Append(t.Context(), late); err == nil {
		t.Error("an append erased its own personal part")
	}
}

func TestSealedPartsOpenOnlyWhereTheyWereSealed(t *testing.T) {
	db := storetest.New(t)
	stream, _ := appendPersonal(t, db.Store)
	conn := ownerConn(t, db)
	for _, sql := range []string{
		`alter table log.events disable trigger append_only`, // an owner's attack
		`update log.events set sealed = (select sealed from log.events where position = 1) where position = 2`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Store.ReadStream(t.Context(), stream); err == nil {
		t.Error("a ciphertext moved to another version was opened")
	}
}

func TestOrphansCannotBeReadAndAreCollected(t *testing.T) {
	db := storetest.New(t)
	stream, named := appendPersonal(t, db.Store)
	orphan, err := db.Store.WriteBlob(t.Context(), stream, newID(), []byte("never named"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Store.ReadBlob(t.Context(), stream, orphan.ID); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("orphan: %v", err)
	}
	elsewhere := newAppend(newID(), 0, "x")
	elsewhere.Events[0].Blobs = []string{orphan.ID}
	if _, err := db.Store.Append(t.Context(), elsewhere); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("another stream names the blob: %v", err)
	}
	if n, err := db.Store.CollectOrphans(t.Context(), time.Hour); err != nil || n != 0 {
		t.Errorf("young orphans: %d, %v", n, err)
	}
	if n, err := db.Store.CollectOrphans(t.Context(), 0); err != nil || n != 1 {
		t.Errorf("orphans: %d, %v", n, err)
	}
	if content, err := db.Store.ReadBlob(t.Context(), stream, named); err != nil || string(content) != "a file" {
		t.Errorf("a named blob: %q, %v", content, err)
	}
	if _, err := db.Store.ReadBlob(t.Context(), newID(), named); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("of another stream: %v", err)
	}
}

// A client that repeats a command wrote its files anew; the first result stands and the new files are orphans.
func TestRepeatedCommandWithNewBlobs(t *testing.T) {
	db := storetest.New(t)
	stream := newID()
	ask := func() eventstore.Append {
		blob, err := db.Store.WriteBlob(t.Context(), stream, newID(), []byte("file"))
		if err != nil {
			t.Fatal(err)
		}
		a := withCommand(newAppend(stream, 0, "one"), "k", "body")
		a.Events[0].Blobs = []string{blob.ID}
		return a
	}
	first := ask()
	mustAppend(t, db.Store, first)
	if r := mustAppend(t, db.Store, ask()); !r.Repeated || r.Version != 1 {
		t.Errorf("repeated: %+v", r)
	}
	if r := mustAppend(t, db.OpenNode(t), first); !r.Repeated || r.Version != 1 { // a node that does not hold the key
		t.Errorf("repeated elsewhere: %+v", r)
	}
	if n, err := db.Store.CollectOrphans(t.Context(), 0); err != nil || n != 1 {
		t.Errorf("orphans: %d, %v", n, err)
	}
}

func TestForgetCommands(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := storetest.New(t, func(c *eventstore.Config) { c.Clock = func() time.Time { return now } }).Store
	client, saga := withCommand(newAppend(newID(), 0, "a"), "client", "b"), withCommand(newAppend(newID(), 0, "a"), "saga", "b")
	saga.Command.Permanent = true
	mustAppend(t, s, client)
	mustAppend(t, s, saga)
	now = now.Add(89 * 24 * time.Hour)
	if n, err := s.ForgetCommands(t.Context()); err != nil || n != 0 {
		t.Errorf("after 89 days: %d, %v", n, err)
	}
	now = now.Add(2 * 24 * time.Hour)
	if n, err := s.ForgetCommands(t.Context()); err != nil || n != 1 {
		t.Errorf("after 91 days: %d, %v", n, err)
	}
	if r := mustAppend(t, s, saga); !r.Repeated {
		t.Errorf("the saga's command: %+v", r)
	}
}

// What is sealed beside a stream opens at its own place alone, and is erased with the stream.
func TestSealWithLabel(t *testing.T) {
	db := storetest.New(t)
	s, other := db.Store, db.OpenNode(t)
	stream, _ := appendPersonal(t, s)
	elsewhere, _ := appendPersonal(t, s)
	sealed, err := s.SealWithLabel(t.Context(), stream, stream, "a", []byte("half a sentence"))
	if err != nil {
		t.Fatal(err)
	}
	if content, err := other.OpenWithLabel(t.Context(), stream, stream, "a", sealed); err != nil || string(content) != "half a sentence" {
		t.Errorf("got %q, %v", content, err)
	}
	if content, err := s.OpenWithLabel(t.Context(), stream, stream, "b", sealed); err == nil {
		t.Errorf("at another place: %q", content)
	}
	if content, err := s.OpenWithLabel(t.Context(), elsewhere, elsewhere, "a", sealed); err == nil {
		t.Errorf("beside another stream: %q", content)
	}
	if _, err := s.SealWithLabel(t.Context(), newID(), newID(), "a", nil); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("beside nothing: %v", err)
	}
	if _, err := s.SealWithLabel(t.Context(), "nothing", "", "a", nil); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("beside no stream: %v", err)
	}
	erase := newAppend(stream, 3, "erased")
	erase.Erase = true
	mustAppend(t, s, erase)
	if _, err := other.OpenWithLabel(t.Context(), stream, stream, "a", sealed); !errors.Is(err, eventstore.ErrErased) {
		t.Errorf("after erasure: %v", err)
	}
}
