// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package secondfactor

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
)

// Verifications lists the values of identity.Config.KeyVerification.
var Verifications = []string{string(protocol.VerificationRequired), string(protocol.VerificationPreferred), string(protocol.VerificationDiscouraged)}

// newRelyingParty returns the service as security keys know it, by the host of its public address; nil if there can be no keys: browsers make
// them for https and a host name, and for localhost.
func newRelyingParty(publicURL, verification string) (party *webauthn.WebAuthn, err error) {
	verification = cmp.Or(verification, string(protocol.VerificationPreferred))
	if !slices.Contains(Verifications, verification) {
		return nil, fmt.Errorf("secondfactor: unknown verification of security keys %q", verification)
	}
	host, origin := keyAddress(publicURL)
	if host == "" {
		return party, nil
	}
	party, err = webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: issuer, RPOrigins: []string{origin},
		// No attestation: the makers of keys learn nothing, and we store nothing about the device.
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementDiscouraged, UserVerification: protocol.UserVerificationRequirement(verification),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("secondfactor: security keys for %s: %w", host, err)
	}
	return party, nil
}

// keyAddress returns host and origin of a public address, or nothing if browsers make no security keys for it.
func keyAddress(publicURL string) (host, origin string) {
	u, err := url.Parse(strings.ToLower(publicURL))
	if err != nil || protocol.ValidateRPID(u.Hostname()) != nil || u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost") {
		return "", ""
	}
	if u.Port() == map[string]string{"http": "80", "https": "443"}[u.Scheme] { // browsers leave it out
		u.Host = u.Hostname()
	}
	return u.Hostname(), u.Scheme + "://" + u.Host
}

// securityKey is what is stored of a security key, sealed. Its counter is identity.factors.step.
type securityKey struct {
	ID         []byte                            `json:"id"` // that the key gave itself, random
	PublicKey  []byte                            `json:"public_key"`
	Transports []protocol.AuthenticatorTransport `json:"transports,omitempty"` // usb, nfc, …
	Flags      byte                              `json:"flags"`                // of the last answer
}

// newSecurityKey returns what is stored of a key, as JSON.
func newSecurityKey(c *webauthn.Credential) ([]byte, error) {
	k, err := json.Marshal(securityKey{ID: c.ID, PublicKey: c.PublicKey, Transports: c.Transport, Flags: byte(c.Flags.ProtocolValue())})
	if err != nil {
		return nil, fmt.Errorf("encode security key: %w", err)
	}
	return k, nil
}

// keyOwner is an account with its security keys, in the form of the library.
type keyOwner struct {
	id       uuid.UUID
	username string
	factors  []stored
	keys     []webauthn.Credential // of the factors, in their order
}

// newKeyOwner returns an account with the security keys that its factors hold.
func newKeyOwner(id, username string, factors []stored) (o keyOwner, err error) {
	o = keyOwner{username: username, factors: factors}
	if o.id, err = uuid.Parse(id); err != nil {
		return o, fmt.Errorf("account of security keys: %w", err)
	}
	for _, f := range factors {
		var k securityKey
		if err := json.Unmarshal(f.secret, &k); err != nil {
			return o, fmt.Errorf("decode security key %s: %w", f.ID, err)
		}
		o.keys = append(o.keys, webauthn.Credential{
			ID: k.ID, PublicKey: k.PublicKey, Transport: k.Transports, Flags: webauthn.NewCredentialFlags(protocol.AuthenticatorFlags(k.Flags)),
			Authenticator: webauthn.Authenticator{SignCount: uint32(f.step)}, // it came from 32 bits
		})
	}
	return o, nil
}

// WebAuthnID returns the handle by which a key knows the account: its random id.
func (o keyOwner) WebAuthnID() []byte { return o.id[:] }

// WebAuthnName returns what the person's own device shows.
func (o keyOwner) WebAuthnName() string { return o.username }

// WebAuthnDisplayName returns what the person's own device shows.
func (o keyOwner) WebAuthnDisplayName() string { return o.username }

// WebAuthnCredentials returns the keys of the account.
func (o keyOwner) WebAuthnCredentials() []webauthn.Credential { return o.keys }
