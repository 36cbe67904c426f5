// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package certtest makes certification authorities, certificates and revocation lists for tests.
package certtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"testing"
	"time"
)

// Authority is an invented certification authority.
type Authority struct {
	t           *testing.T
	now         time.Time
	Certificate *x509.Certificate
	Key         *ecdsa.PrivateKey
	serial      int64
}

// NewAuthority returns an authority that parent issued; nil: it issued itself. Its certificates and lists are valid at the time now.
func NewAuthority(t *testing.T, now time.Time, name string, parent *Authority) *Authority {
	t.Helper()
	a := &Authority{t: t, now: now, Key: newKey(t), serial: 100}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SubjectKeyId: []byte(name),
	}
	if parent == nil {
		parent = &Authority{Certificate: template, Key: a.Key}
	} else {
		template.SerialNumber = parent.nextSerial()
	}
	a.Certificate = a.Sign(template, parent, a.Key)
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *Authority) nextSerial() *big.Int {
	a.serial++
	return big.NewInt(a.serial)
}

// Sign returns the certificate of a template, for a key, as another authority signs it.
func (a *Authority) Sign(template *x509.Certificate, by *Authority, key *ecdsa.PrivateKey) *x509.Certificate {
	a.t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, by.Certificate, key.Public(), by.Key)
	if err != nil {
		a.t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return c
}

// Template returns the certificate of a person, not signed yet.
func (a *Authority) Template() *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: a.nextSerial(), Subject: pkix.Name{CommonName: "PROVA UNO", SerialNumber: "TINIT-RSSMRA80A01H501U"},
		NotBefore: a.now.Add(-time.Hour), NotAfter: a.now.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
}

// Issue returns a certificate of a person, with what adjust changes.
func (a *Authority) Issue(adjust func(*x509.Certificate)) *x509.Certificate {
	a.t.Helper()
	return a.IssuePair(adjust).Leaf
}

// IssuePair returns a certificate with its key.
func (a *Authority) IssuePair(adjust func(*x509.Certificate)) tls.Certificate {
	a.t.Helper()
	key, template := newKey(a.t), a.Template()
	if adjust != nil {
		adjust(template)
	}
	c := a.Sign(template, a, key)
	return tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: key, Leaf: c}
}

// List returns a revocation list in DER, with certificates that are revoked and what adjust changes.
func (a *Authority) List(adjust func(*x509.RevocationList), revoked ...*x509.Certificate) []byte {
	a.t.Helper()
	template := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: a.now.Add(-time.Hour), NextUpdate: a.now.AddDate(0, 0, 1)}
	for _, c := range revoked {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: c.SerialNumber, RevocationTime: a.now.Add(-2 * time.Hour)})
	}
	if adjust != nil {
		adjust(template)
	}
	der, err := x509.CreateRevocationList(rand.Reader, template, a.Certificate, a.Key)
	if err != nil {
		a.t.Fatal(err)
	}
	return der
}

// PEM returns blocks of one type.
func PEM(kind string, ders ...[]byte) (text []byte) {
	for _, der := range ders {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})...)
	}
	return text
}

// WriteKey writes the key of a certificate to a PEM file.
func WriteKey(t *testing.T, path string, pair tls.Certificate) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	Replace(t, path, PEM("PRIVATE KEY", der))
}

// Replace replaces a file as a program that renews it does: by a new one of the same name.
func Replace(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}
