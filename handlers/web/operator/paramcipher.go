// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/hex"

	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// paramCiphers returns the ciphers that encrypt values in addresses, first the one in use, then those of other versions of the key. Browsers,
// proxies and logs keep addresses, and a search is a name or a tax code. Only the account that typed a value can use its address.
func paramCiphers(keyedHashes func(purpose, value string) []string) (all []cipher.AEAD) {
	for _, hash := range keyedHashes("page-address", "") {
		key, err := hex.DecodeString(hash)
		if err != nil {
			panic("web: key of addresses: " + err.Error())
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			panic("web: key of addresses: " + err.Error())
		}
		c, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			panic("web: key of addresses: " + err.Error())
		}
		all = append(all, c)
	}
	return all
}

// encryptParam returns a typed value encrypted for an address of the reader's account; "" for "".
func (p *Pages) encryptParam(r *ui.Request, typed string) string {
	if typed == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(paramCiphers(p.App.Store.KeyedHashes)[0].Seal(nil, nil, []byte(typed), []byte(r.Session.Account)))
}

// decryptParam returns the value that encryptParam encrypted for the same account; "" for a value of another account or an edited one.
func (p *Pages) decryptParam(r *ui.Request, param string) string {
	sealed, err := base64.RawURLEncoding.DecodeString(param)
	if err != nil || len(sealed) == 0 {
		return ""
	}
	for _, c := range paramCiphers(p.App.Store.KeyedHashes) {
		if typed, err := c.Open(nil, nil, sealed, []byte(r.Session.Account)); err == nil {
			return string(typed)
		}
	}
	return ""
}
