// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package files

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// addressPurpose is the purpose of the key that seals addresses. It is a stored name.
const addressPurpose = "file-address"

// AddressLifetime is the time for which an address of a file is valid: the browser follows it at once.
const AddressLifetime = time.Minute

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
	return base64.RawURLEncoding.EncodeToString(r.Store.Keyring().Seal(addressPurpose, plain, nil)), nil
}

// Open returns the address of a path, and false for one that is not ours or is not valid any more.
func (r *Reader) Open(text string) (a Address, valid bool) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return Address{}, false
	}
	plain, ours := r.Store.Keyring().Open(addressPurpose, sealed, nil)
	if !ours || json.Unmarshal(plain, &a) != nil || !r.Store.Now().Before(a.Until) {
		return Address{}, false
	}
	return a, true
}
