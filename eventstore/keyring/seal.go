// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
)

// sealer returns the cipher of a key whose purpose is sealing.
func (h hashKey) sealer() cipher.AEAD {
	data, err := newGCM(h.key)
	if err != nil {
		panic(err) // every key has the right length
	}
	return data
}

// Seal encrypts a short value for a purpose with the version of its key that is in use. Only Open with the same purpose and the same associated
// data returns the value. The key of such a purpose is used for nothing else. Equal values have equal encrypted forms, so that a repeated
// answer has the same bytes: the nonce is a keyed hash of the value and the associated data.
func (k *Keyring) Seal(purpose string, value, aad []byte) []byte {
	key := k.hashKeys(purpose)[0]
	block, err := aes.NewCipher(key.key)
	if err != nil {
		panic(err) // every key has the right length
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has the right block size
	}
	nonce := key.nonce(value, aad)
	return gcm.Seal(nonce, nonce, value, aad)
}

// nonce returns a nonce that no other value and associated data have. Open finds it before the encrypted value.
func (h hashKey) nonce(value, aad []byte) []byte {
	subkey := hmac.New(sha256.New, h.key)
	subkey.Write([]byte("nonce"))
	hash := hmac.New(sha256.New, subkey.Sum(nil))
	hash.Write(binary.BigEndian.AppendUint64(nil, uint64(len(aad))))
	hash.Write(aad)
	hash.Write(value)
	return hash.Sum(nil)[:12]
}

// Open returns a value that Seal encrypted with a version of the purpose's key that is not destroyed, and false for anything else.
func (k *Keyring) Open(purpose string, sealed, aad []byte) ([]byte, bool) {
	for _, key := range k.hashKeys(purpose) {
		if value, err := key.sealer().Open([]byte{}, nil, sealed, aad); err == nil {
			return value, true
		}
	}
	return nil, false
}
