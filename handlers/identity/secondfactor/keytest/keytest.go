// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package keytest gives tests a security key that signs challenges as a browser with a real one does, and lies where a test wants it.
package keytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
)

// Flags of an answer.
const (
	userPresent  = 0x01
	userVerified = 0x04
	keyIncluded  = 0x40
)

// Key is a security key, and the browser that shows it the site.
type Key struct {
	t       testing.TB
	private *ecdsa.PrivateKey

	ID         []byte // of the key: random
	Handle     []byte // of the account for which the key was made
	Origin     string // of the site in the browser, e.g. https://assistenza.example.it
	RelyingID  string // that the key signs; "": the one of the options
	Challenge  string // that the browser signs; "": the one of the options
	Counter    uint32 // of the last answer
	NoCounter  bool   // the key always says 0, as passkeys do
	Unverified bool   // the key does not verify who uses it
}

// New returns a key in a browser that shows a site.
func New(t testing.TB, origin string) *Key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 32)
	if _, err := rand.Read(id); err != nil {
		t.Fatal(err)
	}
	return &Key{t: t, private: private, ID: id, Origin: origin}
}

// options are the options of a page that matter here.
type options struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		RPID      string `json:"rpId"`
		RP        struct {
			ID string `json:"id"`
		} `json:"rp"`
		User struct {
			ID string `json:"id"`
		} `json:"user"`
	} `json:"publicKey"`
}

// Register returns the answer to the options of navigator.credentials.create, as JSON.
func (k *Key) Register(optionsJSON []byte) []byte {
	k.t.Helper()
	o := k.parse(optionsJSON)
	k.Handle = k.decode(o.PublicKey.User.ID)
	public, err := k.private.PublicKey.Bytes() // 4, x, y
	k.must(err)
	encoded, err := webauthncbor.Marshal(webauthncose.EC2PublicKeyData{
		PublicKeyData: webauthncose.PublicKeyData{KeyType: int64(webauthncose.EllipticKey), Algorithm: int64(webauthncose.AlgES256)},
		Curve:         int64(webauthncose.P256), XCoord: public[1:33], YCoord: public[33:65],
	})
	k.must(err)
	data := slices.Concat(k.head(o.PublicKey.RP.ID, keyIncluded), make([]byte, 16), binary.BigEndian.AppendUint16(nil, uint16(len(k.ID))), k.ID, encoded)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	k.must(err)
	return k.answer(map[string]any{
		"clientDataJSON": encode(k.clientData("webauthn.create", o.PublicKey.Challenge)), "attestationObject": encode(object), "transports": []string{"usb"},
	})
}

// Answer returns the answer to the options of navigator.credentials.get, as JSON. Its counter is one more than that of the answer before.
func (k *Key) Answer(optionsJSON []byte) []byte {
	k.t.Helper()
	o := k.parse(optionsJSON)
	if !k.NoCounter {
		k.Counter++
	}
	client, data := k.clientData("webauthn.get", o.PublicKey.Challenge), k.head(o.PublicKey.RPID, 0)
	clientHash := sha256.Sum256(client)
	signed := sha256.Sum256(append(slices.Clone(data), clientHash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, signed[:])
	k.must(err)
	return k.answer(map[string]any{
		"clientDataJSON": encode(client), "authenticatorData": encode(data), "signature": encode(signature), "userHandle": encode(k.Handle),
	})
}

// head returns the beginning of authenticator data: hash of the relying party's id, flags, counter.
func (k *Key) head(relying string, flags byte) []byte {
	if k.RelyingID != "" {
		relying = k.RelyingID
	}
	if flags |= userPresent; !k.Unverified {
		flags |= userVerified
	}
	hash := sha256.Sum256([]byte(relying))
	return binary.BigEndian.AppendUint32(append(hash[:], flags), k.Counter)
}

// clientData returns what the browser signs.
func (k *Key) clientData(kind, challenge string) []byte {
	if k.Challenge != "" {
		challenge = k.Challenge
	}
	data, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": k.Origin, "crossOrigin": false})
	k.must(err)
	return data
}

// answer returns an answer as a browser gives it.
func (k *Key) answer(response map[string]any) []byte {
	data, err := json.Marshal(map[string]any{"id": encode(k.ID), "rawId": encode(k.ID), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	k.must(err)
	return data
}

func (k *Key) parse(data []byte) (o options) {
	k.t.Helper()
	k.must(json.Unmarshal(data, &o))
	return o
}

func (k *Key) decode(text string) []byte {
	data, err := base64.RawURLEncoding.DecodeString(text)
	k.must(err)
	return data
}

func (k *Key) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
