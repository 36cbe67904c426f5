// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package keyring holds the keys of the log: it wraps data keys with a key that is derived from the master key, and computes keyed
// hashes with keys of their own, which are stored wrapped. So a new master key changes no hash. It does not keep the master key.
package keyring

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

// MasterKeySize is the length of a master key in bytes.
const MasterKeySize = 32

const keySize = 32 // bytes: AES-256 and HMAC-SHA-256

// Keyring holds the keys of one log. Its methods may be called from any goroutine.
type Keyring struct {
	pool  *pgxpool.Pool
	node  uuid.UUID // identifies this node among those that hold keys
	logID uuid.UUID // part of all associated data: a row that is copied into another log cannot be opened
	read  func() ([][]byte, error)
	keys  atomic.Pointer[keySet]

	refreshing sync.Mutex // held while the keys are read again
}

// Config is the configuration of a Keyring. All fields but ReadMasters are required.
type Config struct {
	Pool *pgxpool.Pool // connections as role sol_append
	Node uuid.UUID     // identifies the node
	// Masters are the master keys of this node, the newest first; keys that an earlier one wrapped can be opened with it.
	Masters [][]byte
	// ReadMasters reads the master keys again, which may have been changed since; nil: they do not change.
	ReadMasters func() ([][]byte, error)
}

// keySet holds the keys as the database had them when they were read. A published set does not change.
type keySet struct {
	masters  masterKeys
	current  masterKey            // wraps new keys
	first    []byte               // check value of the log's first master key
	hashKeys map[string][]hashKey // by purpose: first the version in use, then the others, the newest first
	pending  bool                 // a version is not in use yet
}

// Open reads the keys of the log. It stores the keys of hashes that are missing, and in a new log the check value of the master key.
// Errors: no log in the database, no master key or another one than that of the log.
func Open(ctx context.Context, c Config) (*Keyring, error) {
	k, err := newKeyring(uuid.Nil, c.Masters...)
	if err != nil {
		return nil, err
	}
	k.pool, k.node, k.read = c.Pool, c.Node, c.ReadMasters
	if err := c.Pool.QueryRow(ctx, `select id from log.logs`).Scan(&k.logID); err != nil {
		return nil, fmt.Errorf("no log in the database (is it migrated?): %w", err)
	}
	masters := k.keys.Load().masters
	// Before the keys are read: no other node begins to use a version that this one may not have read. A server that stores nothing now
	// stores no version either; the next refresh registers the node.
	_ = k.register(ctx, masters, map[string]int{}, map[string]int{})
	if err := k.load(ctx, masters); err != nil {
		k.unregister(context.WithoutCancel(ctx))
		return nil, err
	}
	_ = k.registerLoaded(ctx)
	return k, nil
}

// newKeyring returns the keyring of a log whose first and only master key is the first of these.
func newKeyring(logID uuid.UUID, masters ...[]byte) (*Keyring, error) {
	if len(masters) == 0 {
		return nil, errors.New("no master key")
	}
	k := &Keyring{logID: logID}
	all, err := newMasterKeys(masters)
	if err != nil {
		return nil, err
	}
	set := &keySet{masters: all, current: all[0], first: all[0].check, hashKeys: make(map[string][]hashKey)}
	for _, purpose := range purposes {
		set.hashKeys[purpose] = []hashKey{{1, set.current.hashKey(purpose)}}
	}
	k.keys.Store(set)
	return k, nil
}

// NewDataKey makes a data key. It returns a sealer for the key's contents and the wrapped key, which is stored. The sealer puts
// a random nonce before each ciphertext.
func (k *Keyring) NewDataKey(id, stream uuid.UUID) (data cipher.AEAD, wrapped []byte, err error) {
	key := newRandomKey()
	if data, err = newGCM(key); err != nil {
		return nil, nil, err
	}
	return data, k.keys.Load().wrap(key, k.keyAAD(id, stream)), nil
}

// Unwrap returns the sealer of a stored data key.
func (k *Keyring) Unwrap(id, stream uuid.UUID, wrapped []byte) (cipher.AEAD, error) {
	key, err := k.keys.Load().unwrap(wrapped, k.keyAAD(id, stream))
	if err != nil {
		return nil, fmt.Errorf("key %s cannot be unwrapped: %w", id, err)
	}
	return newGCM(key)
}

func newRandomKey() []byte {
	key := make([]byte, keySize)
	rand.Read(key)
	return key
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("AES key: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}
