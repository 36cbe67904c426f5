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

// newParamCipher makes what seals words for addresses. Browsers, proxies and logs keep addresses, and what somebody searches
// for is a name or a codice fiscale: an address holds it unreadable, and only for the account that typed it.
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

// encryptParam is what was typed, for an address; "" stays empty.
func (p *Pages) encryptParam(r *ui.Request, typed string) string {
	if typed == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(p.paramCipher.Seal(nil, nil, []byte(typed), []byte(r.Session.Account)))
}

// decryptParam is what sealed hid. An address that somebody else was given, or that was edited, holds nothing.
func (p *Pages) decryptParam(r *ui.Request, text string) string {
	secret, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(secret) == 0 {
		return ""
	}
	typed, err := p.paramCipher.Open(nil, nil, secret, []byte(r.Session.Account))
	if err != nil {
		return ""
	}
	return string(typed)
}
