// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/keyring"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

var secondMasterKey = bytes.Repeat([]byte{8}, 32)

// withMasterKeys returns the option for a node with these master keys, the newest first.
func withMasterKeys(keys ...[]byte) func(*eventstore.Config) {
	return func(c *eventstore.Config) { c.MasterKey, c.EarlierMasterKeys = keys[0], keys[1:] }
}

// withKeyInterval returns the option for a node that reads the keys of the log at this interval.
func withKeyInterval(d time.Duration) func(*eventstore.Config) {
	return func(c *eventstore.Config) { c.KeyInterval = d }
}

// sayPersonal appends one event with a personal part to a new stream.
func sayPersonal(t *testing.T, s *eventstore.Store, text string) (stream string) {
	t.Helper()
	a := newAppend(newID(), 0, "opened")
	a.Events[0].Personal = []byte(text)
	mustAppend(t, s, a)
	return a.Stream
}

func checkPersonal(t *testing.T, s *eventstore.Store, stream, want string) {
	t.Helper()
	records, err := s.ReadStream(t.Context(), stream)
	if err != nil || string(records[0].Personal) != want {
		t.Fatalf("got %+v, %v, want the personal part %q", records, err, want)
	}
}

func rotate(t *testing.T, s *eventstore.Store) (n int64) {
	t.Helper()
	n, err := s.Keyring().Rotate(t.Context(), func(int64, int64) {})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRotationChangesWrappedKeysOnly rotates the master key while another node, which holds both, goes on. Command ids, request hashes
// and keyed hashes are as before, and leaves too.
func TestRotationChangesWrappedKeysOnly(t *testing.T) {
	db := storetest.New(t)
	first := db.Store
	old := sayPersonal(t, first, "Mario")
	command := withCommand(newAppend(newID(), 0, "opened"), "once", "body")
	result := mustAppend(t, first, command)
	blobStream, blob := appendPersonal(t, first)
	hashes := []string{first.KeyedHash("subject", "X"), first.KeyedHash("personal-link", "X")}
	before, err := first.ReadStream(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}

	// Before the rotation. This node reads the keys again only much later.
	running := db.OpenNode(t, withMasterKeys(secondMasterKey, storetest.MasterKey()), withKeyInterval(time.Hour))
	if s := sayPersonal(t, running, "Anna"); s != "" {
		checkPersonal(t, first, s, "Anna") // a node without the new key still reads
	}
	first.Close() // otherwise the rotation waits until it holds the new key
	rotating := db.OpenNode(t, withMasterKeys(secondMasterKey, storetest.MasterKey()))
	if n := rotate(t, rotating); n < 5 {
		t.Errorf("got %d keys wrapped, want the data keys and the keys of hashes", n)
	}
	late := sayPersonal(t, running, "Bruna")
	checkPersonal(t, rotating, late, "Bruna")
	checkPersonal(t, running, sayPersonal(t, rotating, "Carla"), "Carla")
	if n := rotate(t, rotating); n != 1 {
		t.Errorf("second rotation: got %d keys wrapped, want the one of the node that had not read the keys again", n)
	}
	if n := rotate(t, rotating); n != 0 {
		t.Errorf("third rotation: got %d keys wrapped, want 0", n)
	}

	after := db.OpenNode(t, withMasterKeys(secondMasterKey)) // the first master key is destroyed
	checkPersonal(t, after, old, "Mario")
	checkPersonal(t, after, late, "Bruna")
	if content, err := after.ReadBlob(t.Context(), eventstore.Reader{Everything: true}, blobStream, blob); err != nil || string(content) != "a file" {
		t.Errorf("blob: got %q, %v", content, err)
	}
	if got := []string{after.KeyedHash("subject", "X"), after.KeyedHash("personal-link", "X")}; !slices.Equal(got, hashes) {
		t.Errorf("got keyed hashes %q, want %q as before", got, hashes)
	}
	if again := mustAppend(t, after, command); !again.Repeated || again.Position != result.Position {
		t.Errorf("repeated command: got %+v, want the first result %+v", again, result)
	}
	command.RequestBody = []byte("another body")
	if _, err := after.Append(t.Context(), command); !errors.Is(err, eventstore.ErrKeyReused) {
		t.Errorf("another body: got %v, want ErrKeyReused", err)
	}
	if records, err := after.ReadStream(t.Context(), old); err != nil || records[0].Hash != before[0].Hash {
		t.Errorf("got leaf %x, %v, want %x as before", records[0].Hash, err, before[0].Hash)
	}
	counts, current, err := after.Keyring().CountByMaster(t.Context())
	if err != nil || len(counts) != 1 || counts[current] == 0 {
		t.Errorf("got data keys by master key %v, %v, want all by %s", counts, err, current)
	}
	for name, keys := range map[string][][]byte{"the first key alone": {storetest.MasterKey()}, "another key": {bytes.Repeat([]byte{9}, 32)}} {
		if s, err := eventstore.Open(t.Context(), eventstore.Config{URL: db.URL, MasterKey: keys[0]}); err == nil {
			s.Close()
			t.Errorf("%s: got an open store, want a refusal", name)
		}
	}
}

// TestRotationLeavesDestroyedKeys checks that a rotation does not bring back what was erased.
func TestRotationLeavesDestroyedKeys(t *testing.T) {
	db := storetest.New(t)
	stream := sayPersonal(t, db.Store, "Mario")
	erase := newAppend(stream, 1, "erased")
	erase.Erase = true
	mustAppend(t, db.Store, erase)
	node := db.OpenNode(t, withMasterKeys(secondMasterKey, storetest.MasterKey()))
	db.Store.Close()
	rotate(t, node)
	if records, err := node.ReadStream(t.Context(), stream); err != nil || !records[0].Erased {
		t.Errorf("got %+v, %v, want an erased event", records, err)
	}
}

// TestKeysOfHashesHaveVersions renews the key of links: hashes of both versions are valid until the first is destroyed. The keys of
// commands have no second version.
func TestKeysOfHashesHaveVersions(t *testing.T) {
	db := storetest.New(t)
	const purpose = "personal-link"
	first := db.Store.KeyedHash(purpose, "X")
	keys := db.Store.Keyring()
	for _, permanent := range []string{"command", "request", "command-from", "nothing"} {
		if _, err := keys.Renew(t.Context(), permanent, time.Time{}); !errors.Is(err, keyring.ErrNotRenewable) {
			t.Errorf("renew %s: got %v, want ErrNotRenewable", permanent, err)
		}
	}
	if err := keys.Destroy(t.Context(), purpose, 1); !errors.Is(err, keyring.ErrKeyInUse) {
		t.Errorf("destroy the only version: got %v, want ErrKeyInUse", err)
	}
	if version, err := keys.Renew(t.Context(), purpose, time.Time{}); err != nil || version != 2 {
		t.Fatalf("renew: got version %d, %v, want 2", version, err)
	}
	node := db.OpenNode(t)
	both := node.KeyedHashes(purpose, "X")
	if len(both) != 2 || both[0] == first || both[1] != first || node.KeyedHash(purpose, "X") != both[0] {
		t.Errorf("got hashes %q, want a new one and then %s", both, first)
	}
	if err := keys.Destroy(t.Context(), purpose, 1); err != nil {
		t.Fatal(err)
	}
	if got := db.OpenNode(t).KeyedHashes(purpose, "X"); !slices.Equal(got, both[:1]) {
		t.Errorf("after version 1 was destroyed: got %q, want %q", got, both[:1])
	}
	if err := keys.Destroy(t.Context(), purpose, 1); !errors.Is(err, keyring.ErrNoKey) {
		t.Errorf("destroy it again: got %v, want ErrNoKey", err)
	}
}

// TestNodesAgreeOnMissingKeys opens nodes at the same time on a log whose keys of hashes are not stored, as after an upgrade.
func TestNodesAgreeOnMissingKeys(t *testing.T) {
	db := storetest.New(t)
	want := db.Store.KeyedHash("subject", "X")
	if _, err := storetest.Connect(t, db.URL).Exec(t.Context(), `delete from keys.hash_keys`); err != nil {
		t.Fatal(err)
	}
	got := make(chan string)
	for range 4 {
		go func() {
			s, err := eventstore.Open(t.Context(), eventstore.Config{URL: db.URL, MasterKey: storetest.MasterKey()})
			if err != nil {
				got <- err.Error()
				return
			}
			defer s.Close()
			got <- s.KeyedHash("subject", "X")
		}()
	}
	for range 4 {
		if hash := <-got; hash != want {
			t.Errorf("got %s, want %s, which the first release derives", hash, want)
		}
	}
}

// TestCountByMasterCountsAllPages counts more keys than one statement reads, without the destroyed ones.
func TestCountByMasterCountsAllPages(t *testing.T) {
	db := storetest.New(t)
	sayPersonal(t, db.Store, "Mario")
	before, current, err := db.Store.Keyring().CountByMaster(t.Context())
	if err != nil || before[current] == 0 {
		t.Fatalf("got %v, %v, want keys of %s", before, err, current)
	}
	const more = 11_000
	_, err = db.Store.Pools().Append.Exec(t.Context(), `
		insert into keys.keys (id, stream, subject, wrapped, destroyed_at)
		select gen_random_uuid(), k.stream, k.subject, case when n <= $1 then k.wrapped end, case when n > $1 then now() end
		from (select * from keys.keys limit 1) k, generate_series(1, $1::integer + 500) n`, more)
	if err != nil {
		t.Fatal(err)
	}
	if counts, _, err := db.Store.Keyring().CountByMaster(t.Context()); err != nil || len(counts) != 1 || counts[current] != before[current]+more {
		t.Errorf("got %v, %v, want %d keys", counts, err, before[current]+more)
	}
}

// TestInterruptedRotationsGoOn interrupts a rotation after each page of keys. Nodes read everything in between, and the last call wraps the rest.
func TestInterruptedRotationsGoOn(t *testing.T) {
	db := storetest.New(t)
	old := sayPersonal(t, db.Store, "Mario")
	addDataKeys(t, db.Store, 1600)
	running := db.OpenNode(t, withMasterKeys(secondMasterKey, storetest.MasterKey()))
	rotating := db.OpenNode(t, withMasterKeys(secondMasterKey, storetest.MasterKey()))
	db.Store.Close()
	var wrapped int64
	for interrupted := true; interrupted; {
		ctx, cancel := context.WithCancel(t.Context())
		begun := false
		n, err := rotating.Keyring().Rotate(ctx, func(done, total int64) {
			if !begun && total+wrapped < 1600 {
				t.Errorf("got a total of %d after %d, want all keys", total, wrapped)
			}
			begun = true
			if done > 0 {
				cancel()
			}
		})
		cancel()
		interrupted = err != nil
		wrapped += n
		checkPersonal(t, running, old, "Mario")
		checkPersonal(t, rotating, sayPersonal(t, running, "Anna"), "Anna")
		if interrupted && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	if wrapped < 1600 {
		t.Errorf("got %d keys wrapped in all, want more than 1600", wrapped)
	}
	storetest.Eventually(t, "nothing is left", func() bool { return rotate(t, rotating) == 0 })
	checkPersonal(t, db.OpenNode(t, withMasterKeys(secondMasterKey)), old, "Mario")
}

// addDataKeys stores data keys with which nothing is sealed.
func addDataKeys(t *testing.T, s *eventstore.Store, n int) {
	t.Helper()
	var ids, streams []uuid.UUID
	var wrapped [][]byte
	for range n {
		id, stream := uuid.New(), uuid.New()
		_, w, err := s.Keyring().NewDataKey(id, stream)
		if err != nil {
			t.Fatal(err)
		}
		ids, streams, wrapped = append(ids, id), append(streams, stream), append(wrapped, w)
	}
	_, err := s.Pools().Append.Exec(t.Context(), `
		insert into keys.keys (id, stream, subject, wrapped) select id, stream, '', wrapped from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as k (id, stream, wrapped)`,
		ids, streams, wrapped)
	if err != nil {
		t.Fatal(err)
	}
}
