// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"context"
	"errors"
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"
)

// keys are the keys of a provider for the verification of one token. They tell a wrong signature from keys that could not be read.
type keys struct {
	oidc.KeySet
	unavailable bool
}

// VerifySignature verifies the signature of a token. It reads the keys again if none that is known fits.
func (k *keys) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, token)
	k.unavailable = errors.Unwrap(err) != nil // the request for the keys failed; a wrong signature has no cause
	return payload, err
}

// signing returns those algorithms that sign with a key of the provider alone; none of those with a shared secret.
func signing(algorithms []string) []string {
	known := []string{
		oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA,
	}
	return slices.DeleteFunc(slices.Clone(algorithms), func(a string) bool { return !slices.Contains(known, a) })
}
