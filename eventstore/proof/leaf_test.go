// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package proof_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/eventstore/proof"
)

// TestLeafOfFirstRelease compares a leaf with the one that the first release computed: a change of the layout makes every stored
// leaf wrong.
func TestLeafOfFirstRelease(t *testing.T) {
	stream, id := uuid.MustParse("01930000-0000-7000-8000-000000000001"), uuid.MustParse("01930000-0000-7000-8000-000000000002")
	content := proof.Content{
		Actor: "someone", Role: "operatore_asr", Entity: "010301", Act: id, Cause: 7, Key: id,
		Data: []byte("data"), Sealed: []byte("sealed"), Blobs: []uuid.UUID{id},
	}
	record := proof.Record{
		Stream: stream, Version: 2, Type: "ticket.opened.v1", At: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), Content: content.Hash(),
	}
	const want = "6063ec6a6b646befd7b3a65eadd716a29ef8ca5e59b6c12e94cbf039610bc530"
	if leaf := record.Hash(); hex.EncodeToString(leaf[:]) != want {
		t.Errorf("got leaf %x, want %s", leaf, want)
	}
}

// TestLeafWithReaderTags compares a leaf of version 2 with one that was computed from the described layout by another program.
func TestLeafWithReaderTags(t *testing.T) {
	id := uuid.MustParse("01930000-0000-7000-8000-000000000002")
	content := proof.Content{
		Actor: "someone", Role: "operatore_asr", Entity: "010301", Act: id, Cause: 7, Key: id,
		Data: []byte("data"), Sealed: []byte("sealed"), Blobs: []uuid.UUID{id},
		Readers: []string{"citizen/a", "entity/010301"}, OnlyFor: []string{"entity/010301"},
	}
	const want = "4d1b09b06be8332cc5e95c30968be1b1699fc8fdb397df0475013b65e543e043"
	if hash := content.Hash(); hex.EncodeToString(hash[:]) != want {
		t.Errorf("got content hash %x, want %s", hash, want)
	}
	for name, other := range map[string]func(*proof.Content){
		"no tags":           func(c *proof.Content) { c.Readers, c.OnlyFor = nil, nil },
		"only readers":      func(c *proof.Content) { c.OnlyFor = nil },
		"tags exchanged":    func(c *proof.Content) { c.Readers, c.OnlyFor = c.OnlyFor, c.Readers },
		"another reader":    func(c *proof.Content) { c.Readers = []string{"citizen/b", "entity/010301"} },
		"tags in one group": func(c *proof.Content) { c.Readers, c.OnlyFor = append(c.Readers, c.OnlyFor...), nil },
	} {
		changed := content
		other(&changed)
		if changed.Hash() == content.Hash() {
			t.Errorf("%s: got the same hash", name)
		}
	}
}

// FuzzTags checks that the tags of an event can be read back from the bytes, and that the bytes after the two numbers are those of an event
// without tags.
func FuzzTags(f *testing.F) {
	f.Add("someone", "citizen/a entity/010301", "entity/010301")
	f.Add("", "a", "")
	f.Add("\xff\xff\xff\xff", "", "a b c")
	f.Fuzz(func(t *testing.T, actor, readers, onlyFor string) {
		content := proof.Content{Actor: actor, Readers: strings.Fields(readers), OnlyFor: strings.Fields(onlyFor)}
		r := reader{t, content.Bytes()}
		without := content
		without.Readers, without.OnlyFor = nil, nil
		plain := without.Bytes()
		if len(content.Readers)+len(content.OnlyFor) == 0 {
			if !bytes.Equal(r.rest, plain) {
				t.Errorf("without tags: got %x, want %x", r.rest, plain)
			}
			return
		}
		if head := r.take(8); !bytes.Equal(head, []byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 2}) {
			t.Errorf("got first bytes %x", head)
		}
		if fields := r.take(len(plain)); !bytes.Equal(fields, plain) {
			t.Errorf("got %x, want %x as without tags", fields, plain)
		}
		for _, want := range [][]string{content.Readers, content.OnlyFor} {
			n := binary.BigEndian.Uint32(r.take(4))
			var got []string
			for range n {
				got = append(got, r.sized())
			}
			if !slices.Equal(got, want) {
				t.Errorf("got tags %q, want %q", got, want)
			}
		}
		if len(r.rest) > 0 {
			t.Errorf("got %d more bytes", len(r.rest))
		}
	})
}

// FuzzLeaf checks that the fields of an event can be read back from the bytes, so that two events never have the same bytes, and
// that the leaf is an RFC 6962 leaf hash.
func FuzzLeaf(f *testing.F) {
	f.Add("someone", "operatore_asr", "010301", int64(7), []byte("data"), []byte("sealed"), 1, uint32(2), "ticket.opened.v1",
		int64(1764417600000000))
	f.Add("", "", "", int64(0), []byte(nil), []byte(nil), 0, uint32(1), "", int64(0))
	f.Add("a\x00b", "\xff", "à", int64(-1), []byte{0}, []byte{0, 0}, 3, uint32(1<<31), "x", int64(-1))
	f.Fuzz(func(
		t *testing.T, actor, role, entity string, cause int64, data, sealed []byte, blobs int, version uint32, kind string, micros int64,
	) {
		id := uuid.NewSHA1(uuid.Nil, []byte(actor))
		content := proof.Content{Actor: actor, Role: role, Entity: entity, Act: id, Cause: cause, Key: id, Data: data, Sealed: sealed}
		for range max(0, blobs) % 4 {
			content.Blobs = append(content.Blobs, id)
		}
		r := reader{t, content.Bytes()}
		if got := [3]string{r.sized(), r.sized(), r.sized()}; got != [3]string{actor, role, entity} {
			t.Errorf("got author %q, want %q %q %q", got, actor, role, entity)
		}
		if act := r.take(16); !bytes.Equal(act, id[:]) {
			t.Errorf("got act %x, want %x", act, id)
		}
		if got := int64(binary.BigEndian.Uint64(r.take(8))); got != cause {
			t.Errorf("got cause %d, want %d", got, cause)
		}
		if key := r.take(16); !bytes.Equal(key, id[:]) {
			t.Errorf("got key %x, want %x", key, id)
		}
		if got := [2]string{r.sized(), r.sized()}; got != [2]string{string(data), string(sealed)} {
			t.Errorf("got data and sealed part %q, want %q %q", got, data, sealed)
		}
		if n := binary.BigEndian.Uint32(r.take(4)); int(n) != len(content.Blobs) || len(r.rest) != 16*len(content.Blobs) {
			t.Errorf("got %d blobs in %d bytes, want %d", n, len(r.rest), len(content.Blobs))
		}

		record := proof.Record{Stream: id, Version: int(version), Type: kind, At: time.UnixMicro(micros), Content: content.Hash()}
		r = reader{t, record.Bytes()}
		if stream := r.take(16); !bytes.Equal(stream, id[:]) {
			t.Errorf("got stream %x, want %x", stream, id)
		}
		if got := binary.BigEndian.Uint32(r.take(4)); got != version {
			t.Errorf("got version %d, want %d", got, version)
		}
		if got := r.sized(); got != kind {
			t.Errorf("got type %q, want %q", got, kind)
		}
		if got := int64(binary.BigEndian.Uint64(r.take(8))); got != micros {
			t.Errorf("got time %d, want %d", got, micros)
		}
		if sum := sha256.Sum256(content.Bytes()); !bytes.Equal(r.rest, sum[:]) {
			t.Errorf("got content hash %x, want %x", r.rest, sum)
		}
		if want := sha256.Sum256(append([]byte{0}, record.Bytes()...)); want != record.Hash() {
			t.Errorf("got leaf %x, want %x", record.Hash(), want)
		}
	})
}

// reader reads the parts of the bytes that package proof writes.
type reader struct {
	*testing.T
	rest []byte
}

func (r *reader) take(n int) []byte {
	r.Helper()
	if n > len(r.rest) {
		r.Fatalf("got %d bytes, want at least %d", len(r.rest), n)
	}
	var part []byte
	part, r.rest = r.rest[:n], r.rest[n:]
	return part
}

func (r *reader) sized() string {
	r.Helper()
	return string(r.take(int(binary.BigEndian.Uint32(r.take(4)))))
}
