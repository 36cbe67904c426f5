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

// revocations is one revocation list.
type revocations struct {
	*x509.RevocationList
	revoked map[string]bool // by serial number; an entry on hold counts as revoked
}

// parseRevocations parses revocation lists in PEM or one in DER. A list with a critical extension holds only a part of the revocations of its
// issuer (delta lists, partitions) or those of others, so it cannot vouch for a certificate that it does not name: it is an error.
func parseRevocations(content []byte) (all []*revocations, err error) {
	add := func(der []byte) error {
		list, err := x509.ParseRevocationList(der)
		if err != nil {
			return err
		}
		r := &revocations{RevocationList: list, revoked: make(map[string]bool, len(list.RevokedCertificateEntries))}
		for _, e := range list.Extensions {
			if e.Critical {
				return fmt.Errorf("a revocation list with the critical extension %s, which is not known here", e.Id)
			}
		}
		for _, entry := range list.RevokedCertificateEntries {
			for _, e := range entry.Extensions {
				if e.Critical {
					return fmt.Errorf("an entry of a revocation list with the critical extension %s, which is not known here", e.Id)
				}
			}
			r.revoked[string(entry.SerialNumber.Bytes())] = true
		}
		all = append(all, r)
		return nil
	}
	block, rest := pem.Decode(content)
	if block == nil {
		return all, add(content)
	}
	for ; block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "X509 CRL" {
			return nil, fmt.Errorf("a block %q: want revocation lists alone", block.Type)
		}
		if err := add(block.Bytes); err != nil {
			return nil, err
		}
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("something after the last revocation list: the file may be cut off")
	}
	return all, nil
}

// checkRevocation looks each certificate of a chain, except its root, up in the newest valid list of its issuer. It returns the code of the
// refusal: LoginCertificateRevoked, LoginCertificateUnknown without such a list, or "".
func checkRevocation(chain []*x509.Certificate, lists []*revocations, now time.Time) refusal.Code {
	for i, c := range chain[:len(chain)-1] {
		list := newestOf(lists, chain[i+1], now)
		if list == nil {
			return refusal.LoginCertificateUnknown
		}
		if list.revoked[string(c.SerialNumber.Bytes())] {
			return refusal.LoginCertificateRevoked
		}
	}
	return ""
}

// newestOf returns the newest list that an issuer signed and that is valid now; nil if there is none. A list without a next update is never
// valid: nobody could tell when it is too old.
func newestOf(lists []*revocations, issuer *x509.Certificate, now time.Time) (newest *revocations) {
	for _, l := range lists {
		if !bytes.Equal(l.RawIssuer, issuer.RawSubject) || l.NextUpdate.IsZero() || !now.Before(l.NextUpdate) || l.ThisUpdate.After(now) {
			continue
		}
		if newest != nil && !l.ThisUpdate.After(newest.ThisUpdate) || l.CheckSignatureFrom(issuer) != nil {
			continue
		}
		newest = l
	}
	return newest
}
