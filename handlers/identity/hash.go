// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Hashing is the cost of argon2id. Each stored hash names its cost, so the cost for new hashes may change.
type Hashing struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// DefaultHashing is the OWASP recommendation for argon2id: 19 MiB, two passes, one thread.
var DefaultHashing = Hashing{Memory: 19 * 1024, Passes: 2, Threads: 1}

const (
	saltSize = 16 // bytes
	hashSize = 32 // bytes
)

// hash returns the hash of a secret with a new salt, as a PHC string.
func (h Hashing) hash(secret string) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("salt: %w", err)
	}
	sum := argon2.IDKey([]byte(secret), salt, h.Passes, h.Memory, h.Threads, hashSize)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.Memory, h.Passes, h.Threads,
		enc.EncodeToString(salt), enc.EncodeToString(sum)), nil
}

// verifyHash reports whether a secret matches a PHC string. It returns false for an invalid string.
func verifyHash(phc, secret string) bool {
	var version int
	var h Hashing
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.Memory, &h.Passes, &h.Threads); err != nil || h.Passes == 0 || h.Threads == 0 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 {
		return false
	}
	got := argon2.IDKey([]byte(secret), salt, h.Passes, h.Memory, h.Threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

// acquireHashSlot waits for one of Hashers slots. The caller releases the slot with done.
func (i *Identity) acquireHashSlot(ctx context.Context) (done func(), err error) {
	select {
	case i.hashSlots <- struct{}{}:
		return func() { <-i.hashSlots }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a hash slot: %w", ctx.Err())
	}
}

// hashSecrets returns the hashes of a password and a PIN. It uses one hash slot for both.
func (i *Identity) hashSecrets(ctx context.Context, password, pin string) (passwordHash, pinHash string, err error) {
	done, err := i.acquireHashSlot(ctx)
	if err != nil {
		return "", "", err
	}
	defer done()
	if passwordHash, err = i.Hashing.hash(password); err != nil {
		return "", "", err
	}
	pinHash, err = i.Hashing.hash(pin)
	return passwordHash, pinHash, err
}
