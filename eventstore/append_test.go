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

func TestReadReturnsAppendedEvents(t *testing.T) {
	s := storetest.New(t).Store
	stream, note, act := newID(), newID(), newID()
	blob, err := s.WriteBlob(t.Context(), stream, newID(), []byte("content"))
	if err != nil {
		t.Fatal(err)
	}
	before := time.Now().Add(-time.Second)
	result := mustAppend(t, s, eventstore.Append{
		Stream: stream, Kind: "talk", By: operator, Act: act, Cause: 7,
		Events: []eventstore.NewEvent{
			{Type: "talk.said.v1", Data: []byte(`{"a":  1}`), Personal: []byte("Mario")},
			{Type: "talk.noted.v1", Data: []byte(`{}`), Personal: []byte("a note"), KeyID: note, Blobs: []string{blob.ID}},
			{Type: "talk.ended.v1", Data: []byte(`{}`)},
		},
	})
	if result.Version != 3 || result.Position.String() != "1.3" || result.Repeated || result.At.Before(before) {
		t.Errorf("got result %+v, want version 3 at position 1.3", result)
	}
	records, err := s.ReadStream(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	first, second := records[0], records[1]
	if string(first.Data) != `{"a":  1}` || string(first.Personal) != "Mario" || first.KeyID != stream || first.By != operator ||
		first.Act != act || first.Cause != 7 || first.Kind != "talk" || first.Version != 1 || first.Position != 1 {
		t.Errorf("got first record %+v, want what was appended", first)
	}
	if string(second.Personal) != "a note" || second.KeyID != note || len(second.Blobs) != 1 || second.Blobs[0] != blob.ID {
		t.Errorf("got second record %+v, want what was appended", second)
	}
	if third := records[2]; third.Personal != nil || third.KeyID != "" || third.Erased || third.At != result.At {
		t.Errorf("got third record %+v, want one without a personal part", third)
	}
	content, err := s.ReadBlob(t.Context(), eventstore.Reader{Everything: true}, stream, blob.ID)
	if err != nil || string(content) != "content" {
		t.Errorf("got blob %q, %v, want \"content\"", content, err)
	}
}

func TestAppendAtOtherVersionConflicts(t *testing.T) {
	s := storetest.New(t).Store
	stream := newID()
	for _, expected := range []int{1, 5} {
		if _, err := s.Append(t.Context(), newAppend(stream, expected, "early")); !errors.Is(err, eventstore.ErrConflict) {
			t.Errorf("expected version %d of no stream: got %v, want ErrConflict", expected, err)
		}
	}
	mustAppend(t, s, newAppend(stream, 0, "one", "two"))
	for _, expected := range []int{0, 1, 3} {
		if _, err := s.Append(t.Context(), newAppend(stream, expected, "late")); !errors.Is(err, eventstore.ErrConflict) {
			t.Errorf("expected version %d at version 2: got %v, want ErrConflict", expected, err)
		}
	}
	if r := mustAppend(t, s, newAppend(stream, 2, "three")); r.Version != 3 || r.Position.N != 3 {
		t.Errorf("after conflicts: got %+v, want version 3 at position 3", r)
	}
}

func TestRepeatedCommandGetsFirstResult(t *testing.T) {
	db := storetest.New(t)
	stream := newID()
	request := withCommand(newAppend(stream, 0, "once"), "key-1", "body")
	first := mustAppend(t, db.Store, request)

	again := mustAppend(t, db.OpenNode(t), request) // on another node
	if !again.Repeated || again.Version != first.Version || again.Position != first.Position || !again.At.Equal(first.At) {
		t.Errorf("got %+v, want the first result %+v", again, first)
	}
	otherStream := request
	otherStream.Stream = newID() // a command that begins a stream begins it once
	if r := mustAppend(t, db.Store, otherStream); r.Stream != stream || !r.Repeated {
		t.Errorf("repeated with another stream id: got %+v, want stream %s", r, stream)
	}
	_, err := db.Store.Append(t.Context(), withCommand(newAppend(stream, 1, "x"), "key-1", "other"))
	if !errors.Is(err, eventstore.ErrKeyReused) {
		t.Errorf("same key, other body: got %v, want ErrKeyReused", err)
	}
	other := withCommand(newAppend(stream, 1, "two"), "key-1", "other")
	other.Command.Actor = "someone else"
	if r := mustAppend(t, db.Store, other); r.Repeated || r.Version != 2 {
		t.Errorf("same key, other actor: got %+v, want a new result", r)
	}
}

func TestRepeatedNoOpGetsFirstResult(t *testing.T) {
	s := storetest.New(t).Store
	stream := newID()
	mustAppend(t, s, newAppend(stream, 0, "one"))
	nothing := withCommand(newAppend(stream, 1), "noop", "body")
	if r := mustAppend(t, s, nothing); r.Repeated || r.Version != 1 || r.Position.N != 1 {
		t.Errorf("no-op: got %+v, want a new result at version 1", r)
	}
	mustAppend(t, s, newAppend(stream, 1, "two"))
	if r := mustAppend(t, s, nothing); !r.Repeated || r.Version != 1 || r.Position.N != 1 {
		t.Errorf("repeated no-op: got %+v, want the first result", r)
	}
	if _, err := s.Append(t.Context(), newAppend(stream, 1)); !errors.Is(err, eventstore.ErrConflict) {
		t.Errorf("no-op at an old version: got %v, want ErrConflict", err)
	}
}

func TestRecordedAtNeverDecreases(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 123456789, time.UTC)
	s := storetest.New(t, func(c *eventstore.Config) { c.Clock = func() time.Time { return now } }).Store
	first := mustAppend(t, s, newAppend(newID(), 0, "one"))
	if want := now.Truncate(time.Microsecond); !first.At.Equal(want) {
		t.Errorf("got recorded at %v, want the clock's %v", first.At, want)
	}
	now = now.Add(-time.Hour)
	if second := mustAppend(t, s, newAppend(newID(), 0, "two")); second.At.Before(first.At) {
		t.Errorf("got second at %v, want not before %v", second.At, first.At)
	}
}
