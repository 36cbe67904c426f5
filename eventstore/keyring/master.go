// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import (
	"bytes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
)

// masterKey holds the keys that are derived from one master key.
type masterKey struct {
	prk     []byte // pseudorandom key: HKDF-Extract of the master key
	check   []byte // identifies the master key; it is stored
	wrapper cipher.AEAD
}

func newMasterKey(secret []byte) (m masterKey, err error) {
	if m.prk, err = hkdf.Extract(sha256.New, secret, nil); err != nil {
		return m, fmt.Errorf("master key: %w", err)
	}
	m.check = m.derive("sol/1/check")
	if m.wrapper, err = newGCM(m.derive("sol/1/wrap")); err != nil {
		return m, fmt.Errorf("master key: %w", err)
	}
	return m, nil
}

func (m masterKey) derive(info string) []byte {
	key, err := hkdf.Expand(sha256.New, m.prk, info, keySize)
	if err != nil {
		panic(err) // HKDF refuses only lengths above 255 hashes
	}
	return key
}

// masterKeys holds the master keys of a node, the newest first.
type masterKeys []masterKey

func newMasterKeys(secrets [][]byte) (all masterKeys, err error) {
	for _, secret := range secrets {
		m, err := newMasterKey(secret)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// find returns the master key with a check value.
func (all masterKeys) find(check []byte) (masterKey, bool) {
	for _, m := range all {
		if bytes.Equal(m.check, check) {
			return m, true
		}
	}
	return masterKey{}, false
}

// id returns the beginning of the check value. It stands before the keys that the master key wraps.
func (m masterKey) id() []byte { return m.check[:masterIDSize] }

// hashKey returns version 1 of the key of a purpose in a log whose first master key this is.
func (m masterKey) hashKey(purpose string) []byte { return m.derive("sol/1/hash/" + purpose) }
