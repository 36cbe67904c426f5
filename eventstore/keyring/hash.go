// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import (
	"crypto/hmac"
	"crypto/sha256"

	"github.com/google/uuid"
)

// hashKey is one version of the key of a purpose.
type hashKey struct {
	version int
	key     []byte
}

// KeyedHash is a keyed hash with the version of its key.
type KeyedHash struct {
	Version int
	Sum     []byte // 32 bytes
}

// Hash returns the HMAC-SHA-256 of the parts with the version of the purpose's key that is in use. The parts must be encoded so that their concatenation
// is unambiguous. It panics for a purpose that has no key.
func (k *Keyring) Hash(purpose string, parts ...[]byte) []byte {
	return sum(k.hashKeys(purpose)[0], parts)
}

// Hashes returns the hashes of the parts with every version of the purpose's key: first the version in use, then the others, the newest
// first. A version that is not in use yet is valid too: another node may use it already.
func (k *Keyring) Hashes(purpose string, parts ...[]byte) []KeyedHash {
	keys := k.hashKeys(purpose)
	hashes := make([]KeyedHash, len(keys))
	for i, key := range keys {
		hashes[i] = KeyedHash{key.version, sum(key, parts)}
	}
	return hashes
}

func (k *Keyring) hashKeys(purpose string) []hashKey {
	keys := k.keys.Load().hashKeys[purpose]
	if len(keys) == 0 {
		panic("keyring: no key for the purpose " + purpose)
	}
	return keys
}

func sum(key hashKey, parts [][]byte) []byte {
	mac := hmac.New(sha256.New, key.key)
	for _, p := range parts {
		mac.Write(p)
	}
	return mac.Sum(nil)
}

// CommandID returns the id under which the result of a command is stored, for an actor and an idempotency key.
func (k *Keyring) CommandID(actor, key string) uuid.UUID {
	return uuid.UUID(k.Hash("command", appendLengthPrefixed(nil, []byte(actor)), []byte(key))[:16])
}

// RequestHash returns the keyed hash of a client's request; nil for nil.
func (k *Keyring) RequestHash(body []byte) []byte {
	if body == nil {
		return nil
	}
	return k.Hash("request", body)
}
