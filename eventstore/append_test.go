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

func TestAppendIsReadBackAsItWas(t *testing.T) {
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
		t.Errorf("result %+v", result)
	}
	records, err := s.ReadStream(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	first, second := records[0], records[1]
	if string(first.Data) != `{"a":  1}` || string(first.Personal) != "Mario" || first.KeyID != stream || first.By != operator ||
		first.Act != act || first.Cause != 7 || first.Kind != "talk" || first.Version != 1 || first.Position != 1 {
		t.Errorf("first record %+v", first)
	}
	if string(second.Personal) != "a note" || second.KeyID != note || len(second.Blobs) != 1 || second.Blobs[0] != blob.ID {
		t.Errorf("second record %+v", second)
	}
	if third := records[2]; third.Personal != nil || third.KeyID != "" || third.Erased || third.At != result.At {
		t.Errorf("third record %+v", third)
	}
	content, err := s.ReadBlob(t.Context(), stream, blob.ID)
	if err != nil || string(content) != "content" {
		t.Errorf("blob %q, %v", content, err)
	}
}

func TestAppendAtAnotherVersionConflicts(t *testing.T) {
	s := storetest.New(t).Store
	stream := newID()
	for _, expected := range []int{1, 5} {
		if _, err := s.Append(t.Context(), newAppend(stream, expected, "early")); !errors.Is(err, eventstore.ErrConflict) {
			t.Errorf("expecting %d of no stream: %v", expected, err)
		}
	}
	mustAppend(t, s, newAppend(stream, 0, "one", "two"))
	for _, expected := range []int{0, 1, 3} {
		if _, err := s.Append(t.Context(), newAppend(stream, expected, "late")); !errors.Is(err, eventstore.ErrConflict) {
			t.Errorf("expecting %d of version 2: %v", expected, err)
		}
	}
	if r := mustAppend(t, s, newAppend(stream, 2, "three")); r.Version != 3 || r.Position.N != 3 {
		t.Errorf("after conflicts: %+v", r)
	}
}

func TestCommandsAreCarriedOutOnce(t *testing.T) {
	db := storetest.New(t)
	stream := newID()
	ask := withCommand(newAppend(stream, 0, "once"), "key-1", "body")
	first := mustAppend(t, db.Store, ask)

	again := mustAppend(t, db.OpenNode(t), ask) // another node
	if !again.Repeated || again.Version != first.Version || again.Position != first.Position || !again.At.Equal(first.At) {
		t.Errorf("first %+v, again %+v", first, again)
	}
	elsewhere := ask
	elsewhere.Stream = newID() // two opens of one command make one stream
	if r := mustAppend(t, db.Store, elsewhere); r.Stream != stream || !r.Repeated {
		t.Errorf("repeated with a new stream id: %+v", r)
	}
	if _, err := db.Store.Append(t.Context(), withCommand(newAppend(stream, 1, "x"), "key-1", "other")); !errors.Is(err, eventstore.ErrKeyReused) {
		t.Errorf("same key, another body: %v", err)
	}
	other := withCommand(newAppend(stream, 1, "two"), "key-1", "other")
	other.Command.Actor = "someone else"
	if r := mustAppend(t, db.Store, other); r.Repeated || r.Version != 2 {
		t.Errorf("same key, another actor: %+v", r)
	}
}

func TestAcceptedNoOpIsRemembered(t *testing.T) {
	s := storetest.New(t).Store
	stream := newID()
	mustAppend(t, s, newAppend(stream, 0, "one"))
	nothing := withCommand(newAppend(stream, 1), "noop", "body")
	if r := mustAppend(t, s, nothing); r.Repeated || r.Version != 1 || r.Position.N != 1 {
		t.Errorf("no-op: %+v", r)
	}
	mustAppend(t, s, newAppend(stream, 1, "two"))
	if r := mustAppend(t, s, nothing); !r.Repeated || r.Version != 1 || r.Position.N != 1 {
		t.Errorf("repeated no-op: %+v", r)
	}
	if _, err := s.Append(t.Context(), newAppend(stream, 1)); !errors.Is(err, eventstore.ErrConflict) {
		t.Errorf("no-op at an old version: %v", err)
	}
}

func TestRecordedAtNeverDecreases(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 123456789, time.UTC)
	s := storetest.New(t, func(c *eventstore.Config) { c.Clock = func() time.Time { return now } }).Store
	first := mustAppend(t, s, newAppend(newID(), 0, "one"))
	if want := now.Truncate(time.Microsecond); !first.At.Equal(want) {
		t.Errorf("recorded at %v, clock %v", first.At, want)
	}
	now = now.Add(-time.Hour)
	if second := mustAppend(t, s, newAppend(newID(), 0, "two")); second.At.Before(first.At) {
		t.Errorf("second at %v, before %v", second.At, first.At)
	}
}
