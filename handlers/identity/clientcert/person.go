// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package clientcert

import (
	"crypto/x509"
	"encoding/asn1"
	"strings"
	"unicode"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
)

// Person is the person whom a certificate names. It is personal data.
type Person struct {
	TaxCode               string // in normal form
	GivenName, FamilyName string // empty if the certificate does not tell them
}

// Attributes of a subject (RFC 5280, X.520).
var (
	commonName   = asn1.ObjectIdentifier{2, 5, 4, 3}
	familyName   = asn1.ObjectIdentifier{2, 5, 4, 4}
	serialNumber = asn1.ObjectIdentifier{2, 5, 4, 5}
	givenName    = asn1.ObjectIdentifier{2, 5, 4, 42}
)

// prefixes of a tax code in the attribute serialNumber: of ETSI EN 319 412-1, and of older certificates.
var prefixes = []string{"TINIT-", "IT:"}

// PersonOf returns the person of a certificate. The tax code is in the attribute serialNumber (TINIT-…, IT:… or alone), or in the common name
// before a slash, as on the CNS and the electronic identity card (CIE). Where both have one, they must be the same. Error: *RefusedError.
func PersonOf(c *x509.Certificate) (Person, error) {
	var p Person
	for _, a := range c.Subject.Names {
		text, ok := a.Value.(string)
		if !ok {
			continue
		}
		switch {
		case a.Type.Equal(serialNumber):
			for _, prefix := range prefixes {
				if rest, found := strings.CutPrefix(text, prefix); found {
					text = rest
					break
				}
			}
		case a.Type.Equal(commonName):
			text, _, _ = strings.Cut(text, "/")
		case a.Type.Equal(givenName):
			p.GivenName = nameOf(text)
			continue
		case a.Type.Equal(familyName):
			p.FamilyName = nameOf(text)
			continue
		default:
			continue
		}
		code, err := person.ParseTaxCode(text)
		if err != nil || code.Kind() != person.NaturalPerson || code.String() != strings.ToUpper(text) {
			continue // a name, or a number of another kind
		}
		if p.TaxCode != "" && p.TaxCode != code.String() {
			return Person{}, refuse(refusal.LoginCertificateTaxCode)
		}
		p.TaxCode = code.String()
	}
	if p.TaxCode == "" {
		return Person{}, refuse(refusal.LoginCertificateTaxCode)
	}
	return p, nil
}

// nameOf returns a name without blanks around it, or "" if it holds control or invisible characters.
func nameOf(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		return ""
	}
	return strings.TrimSpace(text)
}
