// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package clientcert

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// authorities are the certificates of a bundle. One whose issuer is in the bundle too is an intermediate one, so that it can be revoked;
// the others are trusted by themselves.
type authorities struct {
	roots, intermediates *x509.CertPool
	intermediate         []*x509.Certificate
	all                  []*x509.Certificate
	pool                 *x509.CertPool // all of them: a browser offers the certificates that one of them issued
}

// parseAuthorities parses a PEM bundle. It returns an error if a block is no certificate of an authority, or if there is none.
func parseAuthorities(content []byte) (*authorities, error) {
	var all []*x509.Certificate
	for rest := content; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("a block %q: want certificates alone", block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		if !c.IsCA || !c.BasicConstraintsValid {
			return nil, fmt.Errorf("certificate %d is not of an authority", len(all)+1)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, errors.New("no certificate in PEM")
	}
	a := &authorities{all: all, roots: x509.NewCertPool(), intermediates: x509.NewCertPool(), pool: x509.NewCertPool()}
	for _, c := range all {
		a.pool.AddCert(c)
		if hasIssuer(c, all) {
			a.intermediates.AddCert(c)
			a.intermediate = append(a.intermediate, c)
		} else {
			a.roots.AddCert(c)
		}
	}
	return a, nil
}

// hasIssuer reports whether another certificate issued c. One that issued itself has no other issuer, whatever the bundle holds.
func hasIssuer(c *x509.Certificate, all []*x509.Certificate) bool {
	if bytes.Equal(c.RawIssuer, c.RawSubject) {
		return false
	}
	for _, issuer := range all {
		if bytes.Equal(c.RawIssuer, issuer.RawSubject) && c.CheckSignatureFrom(issuer) == nil {
			return true
		}
	}
	return false
}

// chains returns the chains from the client's certificate to a root. Error: *RefusedError.
func (a *authorities) chains(shown []*x509.Certificate, now time.Time) ([][]*x509.Certificate, error) {
	intermediates := a.intermediates.Clone()
	for _, c := range shown[1:] {
		intermediates.AddCert(c)
	}
	chains, err := shown[0].Verify(x509.VerifyOptions{
		Roots: a.roots, Intermediates: intermediates, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err == nil {
		return chains, nil
	}
	var invalid x509.CertificateInvalidError
	switch {
	case !errors.As(err, &invalid):
		return nil, refuse(refusal.LoginCertificateIssuer)
	case invalid.Reason == x509.Expired:
		return nil, refuse(refusal.LoginCertificateExpired)
	case invalid.Reason == x509.IncompatibleUsage:
		return nil, refuse(refusal.LoginCertificateUse)
	}
	return nil, refuse(refusal.LoginCertificateIssuer)
}
