// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"math/big"
	"strings"
)

// GenerateSecrets returns a password of 120 random bits and a random PIN of six digits, to be shown once.
func GenerateSecrets() (password, pin string, err error) {
	bits := make([]byte, 15)
	rand.Read(bits)
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", "", fmt.Errorf("generate a PIN: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(bits)), fmt.Sprintf("%06d", n), nil
}
