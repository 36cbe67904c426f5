// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailsender

import (
	"strings"
	"testing"
)

func TestAuthenticationResults(t *testing.T) {
	const received = "Received: from mx.example.it by sol"
	for name, c := range map[string]struct {
		header string
		want   Authentication
	}{
		"DMARC passes":                       {"Authentication-Results: mx.example.it; dmarc=pass header.from=example.it", Authenticated},
		"DMARC passes, no domain named":      {"Authentication-Results: mx.example.it; dmarc=pass", Authenticated},
		"name of the server in capitals":     {"AUTHENTICATION-RESULTS: MX.Example.IT 1; dmarc=pass header.from=example.it", Authenticated},
		"DMARC fails, SPF passes":            {"Authentication-Results: mx.example.it; spf=pass smtp.mailfrom=prova@example.it; dmarc=fail header.from=example.it", FailedCheck},
		"DMARC passes, SPF fails":            {"Authentication-Results: mx.example.it; spf=fail smtp.mailfrom=x@inoltro.example.org; dkim=pass header.d=example.it; dmarc=pass header.from=example.it", Authenticated},
		"DMARC for another domain":           {"Authentication-Results: mx.example.it; dmarc=pass header.from=evil.example", OtherDomain},
		"SPF passes":                         {"Authentication-Results: mx.example.it; spf=pass smtp.mailfrom=prova@example.it", Authenticated},
		"SPF passes, domain alone":           {"Authentication-Results: mx.example.it; spf=pass smtp.mailfrom=example.it", Authenticated},
		"SPF passes for a subdomain":         {"Authentication-Results: mx.example.it; spf=pass smtp.mailfrom=x@posta.example.it", Authenticated},
		"SPF passes for somebody else":       {"Authentication-Results: mx.example.it; spf=pass smtp.mailfrom=x@evil.example; dkim=none; dmarc=none", OtherDomain},
		"SPF fails":                          {"Authentication-Results: mx.example.it; spf=fail smtp.mailfrom=prova@example.it", FailedCheck},
		"SPF fails softly":                   {"Authentication-Results: mx.example.it; spf=softfail smtp.mailfrom=prova@example.it", FailedCheck},
		"SPF fails, DKIM passes":             {"Authentication-Results: mx.example.it; spf=softfail smtp.mailfrom=x@lista.example.org; dkim=pass header.d=example.it", Authenticated},
		"SPF hard":                           {"Authentication-Results: mx.example.it; spf=hardfail smtp.mailfrom=prova@example.it", FailedCheck},
		"nothing published":                  {"Authentication-Results: mx.example.it; spf=none smtp.mailfrom=prova@example.it; dkim=none; dmarc=none", NothingToCheck},
		"neutral":                            {"Authentication-Results: mx.example.it; spf=neutral smtp.mailfrom=prova@example.it", NothingToCheck},
		"an error for now":                   {"Authentication-Results: mx.example.it; spf=temperror smtp.mailfrom=prova@example.it; dkim=none", NotReported},
		"an error for now of DMARC alone":    {"Authentication-Results: mx.example.it; dmarc=temperror header.from=example.it; spf=pass smtp.mailfrom=prova@example.it", Authenticated},
		"a lasting error":                    {"Authentication-Results: mx.example.it; dkim=permerror header.d=example.it", FailedCheck},
		"DKIM passes":                        {"Authentication-Results: mx.example.it; dkim=pass header.i=@example.it", Authenticated},
		"DKIM passes for somebody else":      {"Authentication-Results: mx.example.it; dkim=pass header.d=evil.example", OtherDomain},
		"one of two signatures passes":       {"Authentication-Results: mx.example.it; dkim=fail header.d=lista.example.org; dkim=pass header.d=example.it", Authenticated},
		"DKIM fails":                         {"Authentication-Results: mx.example.it; dkim=fail (bad signature; body hash) header.d=example.it", FailedCheck},
		"several fields":                     {"Authentication-Results: mx.example.it; spf=none\nAuthentication-Results: mx.example.it; dkim=pass header.d=example.it", Authenticated},
		"several fields, one fails":          {"Authentication-Results: mx.example.it; dmarc=fail header.from=example.it\nAuthentication-Results: mx.example.it; dmarc=pass header.from=example.it", FailedCheck},
		"a comment":                          {"Authentication-Results: mx.example.it;\n\tspf=pass (sender IP is 192.0.2.1; \\) ok (really)) smtp.mailfrom=example.it;\n\tdmarc=pass (p=reject) header.from=example.it", Authenticated},
		"a result in a comment":              {"Authentication-Results: mx.example.it; spf=none (; dmarc=pass header.from=example.it)", NothingToCheck},
		"a result in a quoted address":       {"Authentication-Results: mx.example.it; spf=pass smtp.mailfrom=\"a; dmarc=pass header.from=example.it\"@evil.example", OtherDomain},
		"no results":                         {"Authentication-Results: mx.example.it; none", NotReported},
		"another server":                     {"Authentication-Results: mx.evil.example; dmarc=pass header.from=example.it", NotReported},
		"another server says that it failed": {"Authentication-Results: mx.evil.example; dmarc=fail\nAuthentication-Results: mx.example.it; dmarc=pass header.from=example.it", Authenticated},
		"a name that begins alike":           {"Authentication-Results: mx.example.it.evil.example; dmarc=pass header.from=example.it", NotReported},
		"no field":                           {"X-Altro: spf=pass", NotReported},
		"forged below the next hop":          {"Authentication-Results: mx.example.it; dmarc=none; spf=none\n" + received + "\nAuthentication-Results: mx.example.it; dmarc=pass header.from=example.it", NothingToCheck},
		"below the server's own hop":         {received + "\nAuthentication-Results: mx.example.it; dmarc=pass header.from=example.it\nReceived: from x by y", Authenticated},
		"forged beside the server's":         {"Authentication-Results: mx.example.it; spf=fail smtp.mailfrom=prova@example.it\nAuthentication-Results: mx.example.it; spf=pass smtp.mailfrom=prova@example.it", FailedCheck},
		"in the body":                        {"X-Altro: x\n\nAuthentication-Results: mx.example.it; dmarc=pass header.from=example.it", NotReported},
		"unreadable":                         {"Authentication-Results: mx.example.it; dmarc", FailedCheck},
		"unknown version":                    {"Authentication-Results: mx.example.it 2; dmarc=pass header.from=example.it", NotReported},
	} {
		raw := strings.ReplaceAll(c.header+"\nFrom: prova@example.it\n\nciao\n", "\n", "\r\n")
		if got := CheckAuthentication([]byte(raw), []string{"altro.example.it", "mx.example.it"}, "example.it"); got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
}
