// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

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

const masterKeySize, dataKeySize = 32, 32

// keyring holds what is derived from the master key. The master key itself is not kept.
type keyring struct {
	logID    uuid.UUID // part of all associated data: a row moved into another log does not open
	wrapper  cipher.AEAD
	prk      []byte   // HKDF's extract of the master key
	hashKeys sync.Map // purpose -> derived key
}

// openKeyring derives the keys and compares them with the value that the log keeps; the first node to open a new
// log writes that value.
func openKeyring(ctx context.Context, pool *pgxpool.Pool, master []byte) (*keyring, error) {
	k := &keyring{}
	var err error
	if k.prk, err = hkdf.Extract(sha256.New, master, nil); err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	if k.wrapper, err = newGCM(k.derive("sol/1/wrap")); err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	if err := pool.QueryRow(ctx, `select id from log.logs`).Scan(&k.logID); err != nil {
		return nil, fmt.Errorf("no log here (is the database migrated?): %w", err)
	}
	mine := k.derive("sol/1/check")
	const insert = `insert into keys.master (value) values ($1) on conflict do nothing`
	if _, err := pool.Exec(ctx, insert, mine); err != nil {
		return nil, fmt.Errorf("master key check: %w", err)
	}
	var stored []byte
	if err := pool.QueryRow(ctx, `select value from keys.master`).Scan(&stored); err != nil {
		return nil, fmt.Errorf("master key check: %w", err)
	}
	if !hmac.Equal(mine, stored) {
		return nil, errors.New("this is not the master key that the log was begun with")
	}
	return k, nil
}

func (k *keyring) derive(info string) []byte {
	key, err := hkdf.Expand(sha256.New, k.prk, info, dataKeySize)
	if err != nil {
		panic(err) // only lengths beyond 255 hashes are refused
	}
	return key
}

func (k *keyring) hash(purpose string, parts ...[]byte) []byte {
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

// newDataKey draws a data key and wraps it for the key's row.
func (k *keyring) newDataKey(id, stream uuid.UUID) (data cipher.AEAD, wrapped []byte, err error) {
	key := make([]byte, dataKeySize)
	rand.Read(key)
	if data, err = newGCM(key); err != nil {
		return nil, nil, err
	}
	return data, k.wrapper.Seal(nil, nil, key, k.keyAAD(id, stream)), nil
}

func (k *keyring) unwrap(id, stream uuid.UUID, wrapped []byte) (cipher.AEAD, error) {
	key, err := k.wrapper.Open(nil, nil, wrapped, k.keyAAD(id, stream))
	if err != nil {
		return nil, fmt.Errorf("key %s cannot be unwrapped: %w", id, err)
	}
	return newGCM(key)
}

// newGCM is AES-256-GCM that draws a random nonce per message and puts it before the ciphertext.
func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("AES key: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func (k *keyring) commandID(id CommandID) uuid.UUID {
	return uuid.UUID(k.hash("command", appendLengthPrefixed(nil, []byte(id.Actor)), []byte(id.Key))[:16])
}

func (k *keyring) requestHash(body []byte) []byte {
	if body == nil {
		return nil
	}
	return k.hash("request", body)
}
