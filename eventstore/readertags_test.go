// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/proof"
	"github.com/sol-assistenza/sol/eventstore/readertags"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// tagged returns an append with one event, which has a personal part. The stream has the readers after it, and the event changes them.
func tagged(stream string, expected int, readers ...string) eventstore.Append {
	a := newAppend(stream, expected, "said")
	a.Readers, a.Events[0].Readers, a.Events[0].Personal = readers, readers, []byte(`"personal"`)
	return a
}

func TestReaderTagsAreStoredAndHashed(t *testing.T) {
	s := storetest.New(t).Store
	stream := newID()
	mustAppend(t, s, newAppend(stream, 0, "said")) // without tags, as a node of an earlier release appends
	untagged := readLog(t, s)[0].Hash
	a := tagged(stream, 1, "entity/b", "citizen/1", "entity/a", "entity/b")
	a.Events = append(a.Events, newAppend(stream, 0, "only for one").Events...)
	a.Events[1].OnlyFor = []string{"entity/a"}
	_, appended, err := s.AppendRecords(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	log := readLog(t, s)
	for i, r := range log[1:] {
		if got := appended[i]; got.Hash != r.Hash || !slices.Equal(got.Readers, r.Readers) || !slices.Equal(got.OnlyFor, r.OnlyFor) {
			t.Errorf("event %d: got %+v from the append, want %+v as it is read", r.Position, got, r)
		}
	}
	if got, want := log[1].Readers, []string{"citizen/1", "entity/a", "entity/b"}; !slices.Equal(got, want) || log[1].OnlyFor != nil {
		t.Errorf("got readers %q, only for %q, want %q, sorted and each once", got, log[1].OnlyFor, want)
	}
	if !slices.Equal(log[2].OnlyFor, []string{"entity/a"}) || log[2].Readers != nil {
		t.Errorf("got only for %q, readers %q", log[2].OnlyFor, log[2].Readers)
	}
	if log[0].Hash != untagged || log[0].Readers != nil {
		t.Errorf("got the leaf %x of the event without tags, want %x as before", log[0].Hash, untagged)
	}
	inputs, err := proof.ReadLeafInputs(t.Context(), s.Pools().Request, eventstore.Reader{Everything: true}, uuid.MustParse(stream))
	if err != nil {
		t.Fatal(err)
	}
	for i, input := range inputs {
		if leaf := tlog.RecordHash(input.Record); leaf != tlog.Hash(log[i].Hash) {
			t.Errorf("event %d: got leaf %x from its columns, want %x", input.Position, leaf, log[i].Hash)
		}
	}
	for _, bad := range []string{"", "entity", "entity/", "/a", "entity/a,b", "entity/{a}", "entity/a b", "Entity/a", "entity/" + strings.Repeat("a", 65)} {
		if _, err := s.Append(t.Context(), tagged(newID(), 0, bad)); err == nil || !strings.Contains(err.Error(), "reader tag") {
			t.Errorf("tag %q: got %v, want an error", bad, err)
		}
	}
}

func TestStreamIsReadByItsTags(t *testing.T) {
	db := storetest.New(t)
	s := db.Store
	stream := newID()
	reads := func(r eventstore.Reader) (personal []bool) {
		t.Helper()
		records, err := s.ReadStreamFor(t.Context(), r, stream)
		if errors.Is(err, eventstore.ErrNotFound) {
			return nil
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if r.Erased {
				t.Errorf("event %d: got an erased personal part, want none or an open one", r.Version)
			}
			personal = append(personal, r.Personal != nil)
		}
		return personal
	}
	expect := func(when, who string, r eventstore.Reader, want ...bool) {
		t.Helper()
		if got := reads(r); !slices.Equal(got, want) {
			t.Errorf("%s: %s reads events with personal parts %v, want %v", when, who, got, want)
		}
	}
	a, b, link := eventstore.Reader{Tags: []string{"entity/a"}}, eventstore.Reader{Tags: []string{"entity/b", "citizen/1"}}, eventstore.Reader{Stream: stream}
	expect("no stream", "a", a)

	first := tagged(stream, 0, "entity/a")
	first.Events = append(first.Events, tagged(stream, 0).Events...)
	first.Events[1].OnlyFor = []string{"entity/a"}
	mustAppend(t, s, first)
	expect("opened", "a", a, true, true)
	expect("opened", "b", b)
	expect("opened", "nobody", eventstore.Reader{})
	expect("opened", "the holder of the link", link, true, false)
	expect("opened", "the holder of another link", eventstore.Reader{Stream: newID()})

	mustAppend(t, s, tagged(stream, 2, "entity/a", "entity/b"))
	expect("handed over", "a", a, true, true, true)
	expect("handed over", "b", b, true, false, true)

	mustAppend(t, s, tagged(stream, 3, "entity/b"))
	expect("given away", "a", a)

	old := db.OpenNode(t)
	if _, err := old.AppendAsBefore00013(t.Context(), newAppend(stream, 4, "said")); err != nil {
		t.Fatal(err)
	}
	expect("appended by a node of an earlier release, so that the tags are out of date", "a", a)
	expect("appended by a node of an earlier release, so that the tags are out of date", "b", b)
	expect("appended by a node of an earlier release", "the holder of the link", link, true, false, true, true, false)
	refresh := func(want int64, tags []string, version int) {
		t.Helper()
		n, err := readertags.Refresh(t.Context(), s.Pools().Consumer, "talk", func(context.Context, string) ([]string, int, error) {
			return tags, version, nil
		})
		if err != nil || n != want {
			t.Errorf("refresh: got %d streams, %v, want %d", n, err, want)
		}
	}
	refresh(0, nil, 0)                  // not readable by this node
	refresh(0, []string{"entity/c"}, 4) // an append came first
	refresh(1, []string{"entity/b"}, 5) // the tags of its events
	refresh(0, []string{"entity/c"}, 5) // nothing is out of date
	expect("refreshed", "a", a)
	expect("refreshed", "b", b, true, false, true, true, false)

	if _, err := old.AppendAsBefore00013(t.Context(), newAppend(stream, 5, "said")); err != nil {
		t.Fatal(err)
	}
	again := newAppend(stream, 6, "said")
	again.Readers = []string{"entity/b"}
	mustAppend(t, s, again)
	expect("the next append of this release", "a", a)
}

// TestRefreshGoesOnAfterAFailure checks that a stream whose tags cannot be computed does not stop the others.
func TestRefreshGoesOnAfterAFailure(t *testing.T) {
	s := storetest.New(t).Store
	bad := newID()
	for _, stream := range []string{bad, newID(), newID()} {
		mustAppend(t, s, newAppend(stream, 0, "said"))
	}
	broken := errors.New("broken")
	n, err := readertags.Refresh(t.Context(), s.Pools().Consumer, "talk", func(_ context.Context, stream string) ([]string, int, error) {
		if stream == bad {
			return nil, 0, broken
		}
		return []string{"entity/a"}, 1, nil
	})
	if n != 2 || !errors.Is(err, broken) {
		t.Errorf("got %d streams, %v, want 2 and the first error", n, err)
	}
}
