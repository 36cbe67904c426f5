// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package keyring derives the keys of the log from its master key, wraps data keys and computes keyed hashes. It does not keep
// the master key.
package keyring

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

// MasterKeySize is the length of a master key in bytes.
const MasterKeySize = 32

const dataKeySize = 32 // bytes: AES-256

// Keyring holds the keys that are derived from the master key.
// Its methods may be called from any goroutine.
type Keyring struct {
	logID    uuid.UUID // part of all associated data: a row that is copied into another log cannot be opened
	wrapper  cipher.AEAD
	prk      []byte   // pseudorandom key: HKDF-Extract of the master key
	hashKeys sync.Map // keys by purpose: string to []byte
}

// Open derives the keys and compares their check value with the one in the table keys.master, which the first node that opens a
// new log writes. Errors: no log in the database, another master key.
func Open(ctx context.Context, pool *pgxpool.Pool, master []byte) (*Keyring, error) {
	k, err := newKeyring(uuid.Nil, master)
	if err != nil {
		return nil, err
	}
	if err := pool.QueryRow(ctx, `select id from log.logs`).Scan(&k.logID); err != nil {
		return nil, fmt.Errorf("no log in the database (is it migrated?): %w", err)
	}
	own := k.derive("sol/1/check")
	const insert = `insert into keys.master (value) values ($1) on conflict do nothing`
	if _, err := pool.Exec(ctx, insert, own); err != nil {
		return nil, fmt.Errorf("master key check: %w", err)
	}
	var stored []byte
	if err := pool.QueryRow(ctx, `select value from keys.master`).Scan(&stored); err != nil {
		return nil, fmt.Errorf("master key check: %w", err)
	}
	if !hmac.Equal(own, stored) {
		return nil, errors.New("this is not the master key of the log")
	}
	return k, nil
}

// newKeyring derives the keys of a log. It does not use the database.
func newKeyring(logID uuid.UUID, master []byte) (*Keyring, error) {
	k := &Keyring{logID: logID}
	var err error
	if k.prk, err = hkdf.Extract(sha256.New, master, nil); err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	if k.wrapper, err = newGCM(k.derive("sol/1/wrap")); err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	return k, nil
}

// derive returns the key for an info text: HKDF-Expand, 32 bytes.
func (k *Keyring) derive(info string) []byte {
	key, err := hkdf.Expand(sha256.New, k.prk, info, dataKeySize)
	if err != nil {
		panic(err) // HKDF refuses only lengths above 255 hashes
	}
	return key
}

// Hash returns the HMAC-SHA-256 of the concatenated parts under the key of the purpose.
func (k *Keyring) Hash(purpose string, parts ...[]byte) []byte {
	key, ok := k.hashKeys.Load(purpose)
	if !ok {
		key, _ = k.hashKeys.LoadOrStore(purpose, k.derive("sol/1/hash/"+purpose))
	}
	mac := hmac.New(sha256.New, key.([]byte))
	for _, p := range parts {
		mac.Write(p)
	}
	return mac.Sum(nil)
}

// NewDataKey makes a random data key. It returns its cipher, and the key wrapped for the row of keys.keys with that id.
func (k *Keyring) NewDataKey(id, stream uuid.UUID) (data cipher.AEAD, wrapped []byte, err error) {
	key := make([]byte, dataKeySize)
	rand.Read(key)
	if data, err = newGCM(key); err != nil {
		return nil, nil, err
	}
	return data, k.wrapper.Seal(nil, nil, key, k.keyAAD(id, stream)), nil
}

// Unwrap returns the cipher of the wrapped data key of a row of keys.keys.
func (k *Keyring) Unwrap(id, stream uuid.UUID, wrapped []byte) (cipher.AEAD, error) {
	key, err := k.wrapper.Open(nil, nil, wrapped, k.keyAAD(id, stream))
	if err != nil {
		return nil, fmt.Errorf("key %s cannot be unwrapped: %w", id, err)
	}
	return newGCM(key)
}

// newGCM returns an AES-256-GCM cipher that uses a random nonce for each message and writes it before the ciphertext.
func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("AES key: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// CommandID returns the id under which a command's result is stored: a keyed hash of its actor and its idempotency key.
func (k *Keyring) CommandID(actor, key string) uuid.UUID {
	return uuid.UUID(k.Hash("command", appendLengthPrefixed(nil, []byte(actor)), []byte(key))[:16])
}

// RequestHash returns the keyed hash of a request's body, nil for a nil body. It distinguishes a repetition from a reused
// idempotency key.
func (k *Keyring) RequestHash(body []byte) []byte {
	if body == nil {
		return nil
	}
	return k.Hash("request", body)
}
