// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package portal

import (
	"crypto/x509"
	"slices"
	"strings"
)

// IsProxy reports whether a certificate names a proxy of the portal in its DNS names, with one of Settings.Names. Whether the certificate itself
// is good is another check (clientcert.Verifier): its authority may have issued certificates to others.
func (p *Provider) IsProxy(c *x509.Certificate) bool {
	return slices.ContainsFunc(c.DNSNames, func(name string) bool { return slices.Contains(p.Names, strings.ToLower(name)) })
}
