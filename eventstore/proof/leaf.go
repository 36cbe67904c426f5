// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package proof computes an event's leaf in the Merkle tree over the log, and the bytes that it is the hash of.
package proof

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

// Content is the part of an event that the node knows before the append: who, why, and the bytes.
type Content struct {
	Actor, Role, Entity string
	Act                 uuid.UUID
	Cause               int64     // position of the event that a saga answered; 0: none
	Key                 uuid.UUID // data key of the sealed part; zeros: none
	Data, Sealed        []byte
	Blobs               []uuid.UUID
}

// Bytes returns the bytes that the content hash is computed from.
func (c Content) Bytes() []byte {
	b := make([]byte, 0, 128+len(c.Data)+len(c.Sealed)+16*len(c.Blobs))
	b = appendSized(b, []byte(c.Actor))
	b = appendSized(b, []byte(c.Role))
	b = appendSized(b, []byte(c.Entity))
	b = append(b, c.Act[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(c.Cause))
	b = append(b, c.Key[:]...)
	b = appendSized(b, c.Data)
	b = appendSized(b, c.Sealed)
	b = binary.BigEndian.AppendUint32(b, uint32(len(c.Blobs)))
	for _, blob := range c.Blobs {
		b = append(b, blob[:]...)
	}
	return b
}

// Hash returns the content hash: SHA-256 of Bytes.
func (c Content) Hash() [32]byte { return sha256.Sum256(c.Bytes()) }

// Record is what a leaf is the hash of.
type Record struct {
	Stream  uuid.UUID
	Version int
	Type    string    // the event's stored name
	At      time.Time // recorded_at, whole microseconds
	Content [32]byte  // Content.Hash
}

// Bytes returns the bytes that the leaf hash is computed from.
func (r Record) Bytes() []byte {
	b := append([]byte(nil), r.Stream[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(r.Version))
	b = appendSized(b, []byte(r.Type))
	b = binary.BigEndian.AppendUint64(b, uint64(r.At.UnixMicro()))
	return append(b, r.Content[:]...)
}

// Hash returns the leaf: the RFC 6962 leaf hash of Bytes.
func (r Record) Hash() tlog.Hash { return tlog.RecordHash(r.Bytes()) }

// LeafInput is the bytes that an event's leaf hash is computed from, as they are stored now: SHA-256 of Content is the end
// of Record, and the leaf is SHA-256 of a zero byte and Record. An auditor needs nothing else to compute it again.
type LeafInput struct {
	Position        int64
	Content, Record []byte
}

// appendSized appends the part's length (4 bytes, big-endian) and the part.
func appendSized(b, part []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
	return append(b, part...)
}
