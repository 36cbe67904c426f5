// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package files

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// AddressLifetime is the time for which an address of a file is valid: the browser follows it at once.
const AddressLifetime = time.Minute

// ErrAddress refuses an address that is not ours, or is not valid any more.
var ErrAddress = errors.New("this address of a file is not valid any more")

// Address says who may read which file without a cookie. It was made after a look at the file was recorded, for the reader who looked.
type Address struct {
	Ticket  ticket.ID    `json:"t"`
	File    ticket.ID    `json:"f"`
	Actor   person.Actor `json:"a"`
	Link    ticket.ID    `json:"l,omitempty"` // the ticket of the reader's personal link
	Issue   int          `json:"i,omitempty"` // number of revocations of the ticket's links
	Session string       `json:"s,omitempty"` // fingerprint of the reader's session: the address ends with it
	Show    bool         `json:"w,omitempty"` // in the browser, not as a download
	Until   time.Time    `json:"u"`
}

// Seal returns an address as text for a path. Nobody can read or change it.
func (r *Reader) Seal(a Address) (string, error) {
	a.Until = r.Store.Now().Add(AddressLifetime)
	plain, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("address of a file: %w", err)
	}
	ciphers, err := r.ciphers()
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(ciphers[0].Seal(nil, nil, plain, nil)), nil
}

// Open returns the address of a path. Error: ErrAddress.
func (r *Reader) Open(text string) (a Address, err error) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return Address{}, ErrAddress
	}
	ciphers, err := r.ciphers()
	if err != nil {
		return Address{}, err
	}
	for _, c := range ciphers {
		plain, err := c.Open(nil, nil, sealed, nil)
		if err != nil {
			continue
		}
		if err := json.Unmarshal(plain, &a); err != nil || !r.Store.Now().Before(a.Until) {
			return Address{}, ErrAddress
		}
		return a, nil
	}
	return Address{}, ErrAddress
}

// ciphers returns the ciphers of addresses, first the one in use, then those of other versions of the key.
func (r *Reader) ciphers() (all []cipher.AEAD, err error) {
	for _, hash := range r.Store.KeyedHashes("page-address", "file") {
		key, err := hex.DecodeString(hash)
		if err != nil {
			return nil, fmt.Errorf("key of addresses of files: %w", err)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("key of addresses of files: %w", err)
		}
		c, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("key of addresses of files: %w", err)
		}
		all = append(all, c)
	}
	return all, nil
}
