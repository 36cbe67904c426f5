// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import (
	"encoding/binary"

	"github.com/google/uuid"
)

// The associated data (AAD) of a ciphertext identifies its row: a ciphertext that is copied into another row cannot be opened.
// Every part except the last has a fixed length or is preceded by its length, so two rows never have the same AAD.
// The texts "sol/1/..." are stored names: a change of one makes every stored ciphertext unreadable.

// keyAAD returns the AAD of a wrapped data key.
func (k *Keyring) keyAAD(id, stream uuid.UUID) []byte {
	b := append([]byte("sol/1/key\x00"), k.logID[:]...)
	b = append(b, stream[:]...)
	return append(b, id[:]...)
}

// EventAAD returns the AAD of the personal part of an event: its stream, version, stored type and data key.
func (k *Keyring) EventAAD(stream uuid.UUID, version int, kind string, key uuid.UUID) []byte {
	b := append([]byte("sol/1/event\x00"), k.logID[:]...)
	b = append(b, stream[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(version))
	b = appendLengthPrefixed(b, []byte(kind))
	return append(b, key[:]...)
}

// BlobAAD returns the AAD of a blob of a stream.
func (k *Keyring) BlobAAD(stream, id uuid.UUID) []byte {
	b := append([]byte("sol/1/blob\x00"), k.logID[:]...)
	b = append(b, stream[:]...)
	return append(b, id[:]...)
}

// LabelAAD returns the AAD of content that is sealed with a key of the stream but is not an event of it. The label names the
// row that holds the content.
func (k *Keyring) LabelAAD(stream, key uuid.UUID, label string) []byte {
	b := append([]byte("sol/1/beside\x00"), k.logID[:]...)
	b = append(b, stream[:]...)
	b = append(b, key[:]...)
	return append(b, label...)
}

// hashKeyAAD returns the associated data of a wrapped key of hashes.
func (k *Keyring) hashKeyAAD(purpose string, version int) []byte {
	b := append([]byte("sol/1/hash-key\x00"), k.logID[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(version))
	return append(b, purpose...)
}

// appendLengthPrefixed appends the part's length (4 bytes, big-endian) and the part.
func appendLengthPrefixed(b, part []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
	return append(b, part...)
}
