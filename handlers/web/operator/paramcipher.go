// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/hex"
	"fmt"

	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// newParamCipher returns the cipher that encrypts values in addresses. Browsers, proxies and logs keep addresses, and a search is a name
// or a tax code. Only the account that typed a value can use its address.
func newParamCipher(keyedHash func(purpose, value string) string) (cipher.AEAD, error) {
	key, err := hex.DecodeString(keyedHash("page-address", ""))
	if err != nil {
		return nil, fmt.Errorf("web: key of addresses: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("web: key of addresses: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// encryptParam returns a typed value encrypted for an address of the reader's account; "" for "".
func (p *Pages) encryptParam(r *ui.Request, typed string) string {
	if typed == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(p.paramCipher.Seal(nil, nil, []byte(typed), []byte(r.Session.Account)))
}

// decryptParam returns the value that encryptParam encrypted for the same account; "" for a value of another account or an edited one.
func (p *Pages) decryptParam(r *ui.Request, param string) string {
	sealed, err := base64.RawURLEncoding.DecodeString(param)
	if err != nil || len(sealed) == 0 {
		return ""
	}
	typed, err := p.paramCipher.Open(nil, nil, sealed, []byte(r.Session.Account))
	if err != nil {
		return ""
	}
	return string(typed)
}
