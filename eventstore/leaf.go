// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"
)

// An event's leaf in the Merkle tree is RFC 6962's: SHA-256 over a zero byte and the record below. Integers are
// big-endian; "sized" is a four-byte length and then the bytes; texts are UTF-8. No position is in it: the leaf's
// place in the tree is the position less one.
//
//	record  = stream (16 bytes) · version (4) · type (sized) · recorded_at (8: microseconds since 1970 UTC) · content (32)
//	content = SHA-256 of: actor · role · entity (sized each) · act (16) · cause (8; 0 for none)
//	          · key (16; zeros for none) · data (sized) · sealed (sized; empty for none) · number of blobs (4) · blobs (16 each)
//
// The personal part enters as it is stored, sealed: the leaf stays provable after its key was destroyed. The
// content is hashed by the node; recorded_at is known to the database alone, so the append's statement (append.sql)
// finishes the leaf there.

func contentHash(by Actor, act uuid.UUID, cause int64, key uuid.UUID, data, sealed []byte, blobs []uuid.UUID) [32]byte {
	return sha256.Sum256(contentBytes(by, act, cause, key, data, sealed, blobs))
}

func contentBytes(by Actor, act uuid.UUID, cause int64, key uuid.UUID, data, sealed []byte, blobs []uuid.UUID) []byte {
	b := make([]byte, 0, 128+len(data)+len(sealed)+16*len(blobs))
	b = appendLengthPrefixed(b, []byte(by.ID))
	b = appendLengthPrefixed(b, []byte(by.Role))
	b = appendLengthPrefixed(b, []byte(by.Entity))
	b = append(b, act[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(cause))
	b = append(b, key[:]...)
	b = appendLengthPrefixed(b, data)
	b = appendLengthPrefixed(b, sealed)
	b = binary.BigEndian.AppendUint32(b, uint32(len(blobs)))
	for _, blob := range blobs {
		b = append(b, blob[:]...)
	}
	return b
}

// leafHash is the RFC 6962 leaf hash of the record.
func leafHash(stream uuid.UUID, version int, kind string, at time.Time, content [32]byte) tlog.Hash {
	return tlog.RecordHash(recordBytes(stream, version, kind, at, content))
}

func recordBytes(stream uuid.UUID, version int, kind string, at time.Time, content [32]byte) []byte {
	b := append([]byte(nil), stream[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(version))
	b = appendLengthPrefixed(b, []byte(kind))
	b = binary.BigEndian.AppendUint64(b, uint64(at.UnixMicro()))
	return append(b, content[:]...)
}
