// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"encoding/binary"

	"github.com/google/uuid"
) // The associated data name the one place where a ciphertext may stand. All parts but the last have a fixed length
// or are preceded by it, so no two places share their bytes.

func (k *keyring) keyAAD(id, stream uuid.UUID) []byte {
	b := append([]byte("sol/1/key\x00"), k.logID[:]...)
	b = append(b, stream[:]...)
	return append(b, id[:]...)
}

func (k *keyring) eventAAD(stream uuid.UUID, version int, kind string, key uuid.UUID) []byte {
	b := append([]byte("sol/1/event\x00"), k.logID[:]...)
	b = append(b, stream[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(version))
	b = appendLengthPrefixed(b, []byte(kind))
	return append(b, key[:]...)
}

func (k *keyring) blobAAD(stream, id uuid.UUID) []byte {
	b := append([]byte("sol/1/blob\x00"), k.logID[:]...)
	b = append(b, stream[:]...)
	return append(b, id[:]...)
}

func appendLengthPrefixed(b, part []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
	return append(b, part...)
}

func (k *keyring) labelAAD(stream, key uuid.UUID, place string) []byte {
	b := append([]byte("sol/1/beside\x00"), k.logID[:]...)
	b = append(b, stream[:]...)
	b = append(b, key[:]...)
	return append(b, place...)
}
