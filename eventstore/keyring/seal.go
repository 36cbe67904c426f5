// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import "crypto/cipher"

// sealer returns the cipher of a key whose purpose is sealing.
func (h hashKey) sealer() cipher.AEAD {
	data, err := newGCM(h.key)
	if err != nil {
		panic(err) // every key has the right length
	}
	return data
}

// Seal encrypts a short value for a purpose with the newest version of its key. Only Open with the same purpose and the same associated
// data returns the value. The key of such a purpose is used for nothing else.
func (k *Keyring) Seal(purpose string, value, aad []byte) []byte {
	return k.hashKeys(purpose)[0].sealer().Seal(nil, nil, value, aad)
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
