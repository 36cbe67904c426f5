// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package proof computes the leaf of an event in the Merkle tree over the log, and the bytes that the leaf is the hash of. The
// layout of the bytes must not change, because the leaves are stored.
package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"
)

// The leaf of an event is an RFC 6962 leaf hash: SHA-256 of a zero byte and the record below. Integers are big-endian;
// "sized" means a four-byte length followed by the bytes; texts are UTF-8. The record does not contain the position: the index of
// the leaf in the tree is the position minus one.
//
//	record  = stream (16 bytes) · version (4) · type (sized) · recorded_at (8: microseconds since 1970 UTC) · content (32)
//	content = SHA-256 of: actor · role · entity (sized each) · act (16) · cause (8; 0 for none)
//	          · key (16; zeros for none) · data (sized) · sealed (sized; empty for none) · number of blobs (4) · blobs (16 each)
//
// The content of an event with reader tags has version 2. Its first four bytes cannot be the length of an actor, so no content of one
// version is a content of the other:
//
//	content = SHA-256 of: ff ff ff ff · 2 (4) · the bytes above · readers · only for
//	tags    = number of tags (4) · tags (sized each, in ascending order of their bytes, each once)
//
// The content contains the personal part as it is stored, sealed: the leaf can still be proved after the key was destroyed. The
// node computes the content hash. Only the database knows recorded_at, so the append statement (append.sql) computes the leaf.

// Content is the part of an event that the node knows before the append: author, cause and stored bytes.
type Content struct {
	Actor, Role, Entity string
	Act                 uuid.UUID
	Cause               int64     // position of the event to which a saga reacted; 0: none
	Key                 uuid.UUID // data key of the sealed part; zeros: none
	Data, Sealed        []byte
	Blobs               []uuid.UUID
	Readers, OnlyFor    []string // reader tags, sorted, each once; nil: none
}

// tagsVersion is the version of the content of an event with reader tags. Content without tags has no version in its bytes.
const tagsVersion = 2

// Bytes returns the bytes that the content hash is computed from.
func (c Content) Bytes() []byte {
	b := make([]byte, 0, 128+len(c.Data)+len(c.Sealed)+16*len(c.Blobs)+32*(len(c.Readers)+len(c.OnlyFor)))
	hasTags := len(c.Readers)+len(c.OnlyFor) > 0
	if hasTags {
		b = binary.BigEndian.AppendUint32(b, math.MaxUint32)
		b = binary.BigEndian.AppendUint32(b, tagsVersion)
	}
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
	if hasTags {
		b = appendTags(appendTags(b, c.Readers), c.OnlyFor)
	}
	return b
}

// appendTags appends the number of tags and the tags.
func appendTags(b []byte, tags []string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(tags)))
	for _, tag := range tags {
		b = appendSized(b, []byte(tag))
	}
	return b
}

// Hash returns the content hash: SHA-256 of Bytes.
func (c Content) Hash() [32]byte { return sha256.Sum256(c.Bytes()) }

// Record holds the values that a leaf is computed from.
type Record struct {
	Stream  uuid.UUID
	Version int
	Type    string    // the event's stored name
	At      time.Time // recorded_at, in whole microseconds
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

// LeafInput holds the bytes from which the leaf of a stored event is computed. Record ends with the SHA-256 of Content, and the
// leaf is the SHA-256 of a zero byte and Record. An auditor needs nothing else to recompute the leaf.
type LeafInput struct {
	Position        int64
	Content, Record []byte
}

// appendSized appends the part's length (4 bytes, big-endian) and the part.
func appendSized(b, part []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
	return append(b, part...)
}
