// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package clientcert is the login provider of client certificates (FAQ 2.1). It checks the certificate that a browser showed in the TLS
// handshake: its issuer, its validity, its use and, against the issuer's revocation list, whether it was revoked. Certificates of authorities
// and revocation lists are files that are read again when they change.
package clientcert

import (
	"crypto/x509"
	"errors"
	"sync"
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// RefusedError refuses a certificate. It holds nothing of the certificate.
type RefusedError struct {
	Reason refusal.Reason
	File   error // of a file without which nobody knows whether a certificate is good; nil: none
}

func (e *RefusedError) Error() string {
	text := "client certificate refused: " + e.Reason.String()
	if e.File != nil {
		text += ": " + e.File.Error()
	}
	return text
}

func refuse(code refusal.Code) error { return &RefusedError{Reason: code.With()} }

func refuseWithout(file error) error {
	return &RefusedError{Reason: refusal.LoginCertificateUnknown.With(), File: file}
}

// Verifier checks client certificates. It is safe for concurrent use.
type Verifier struct {
	clock func() time.Time

	mu    sync.Mutex
	ca    file[*authorities]
	lists []file[[]*revocations]
}

// NewVerifier returns a Verifier with the files of the listener. clock is the clock with which certificates and lists are compared. It returns an
// error if a file cannot be read or parsed, but not if a revocation list has expired.
func (l Listener) NewVerifier(clock func() time.Time) (*Verifier, error) {
	if l.CA == "" || len(l.CRLs) == 0 || clock == nil {
		return nil, errors.New("clientcert: ca, crls and a clock are required")
	}
	v := &Verifier{clock: clock, ca: file[*authorities]{path: l.CA, parse: parseAuthorities}}
	for _, path := range l.CRLs {
		v.lists = append(v.lists, file[[]*revocations]{path: path, parse: parseRevocations})
	}
	if _, err := v.authorities(); err != nil {
		return nil, err
	}
	if _, err := v.revocations(); err != nil {
		return nil, err
	}
	return v, nil
}

func (v *Verifier) authorities() (*authorities, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.ca.read()
}

func (v *Verifier) revocations() (all []*revocations, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for i := range v.lists {
		lists, err := v.lists[i].read()
		if err != nil {
			return nil, err
		}
		all = append(all, lists...)
	}
	return all, nil
}

// Verify checks the certificates that a client showed, its own one first. A file that cannot be read or parsed refuses them all. Error:
// *RefusedError.
func (v *Verifier) Verify(shown []*x509.Certificate) error {
	if len(shown) == 0 {
		return refuse(refusal.LoginCertificateMissing)
	}
	known, err := v.authorities()
	if err != nil {
		return refuseWithout(err)
	}
	now := v.clock()
	chains, err := known.chains(shown, now)
	if err != nil {
		return err
	}
	if use := shown[0].KeyUsage; shown[0].IsCA || use != 0 && use&x509.KeyUsageDigitalSignature == 0 { // of an authority, which no list can revoke, or for signatures alone
		return refuse(refusal.LoginCertificateUse)
	}
	lists, err := v.revocations()
	if err != nil {
		return refuseWithout(err)
	}
	code := refusal.LoginCertificateUnknown
	for _, chain := range chains {
		switch checkRevocation(chain, lists, now) {
		case "":
			return nil
		case refusal.LoginCertificateRevoked: // known, whatever another chain leaves open
			code = refusal.LoginCertificateRevoked
		}
	}
	return refuse(code)
}
