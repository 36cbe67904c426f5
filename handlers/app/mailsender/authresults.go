// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailsender

import (
	"slices"
	"strings"

	"github.com/emersion/go-msgauth/authres"
	"golang.org/x/net/publicsuffix"
)

// Authentication is the result of the trusted mail server's checks of the sender (SPF, DKIM, DMARC).
type Authentication int

// The results.
const (
	NotReported    Authentication = iota // the server says nothing, or could not check
	NothingToCheck                       // the domain of the sender publishes nothing by which the server could check
	Authenticated                        // SPF, DKIM or DMARC shows that the domain of the sender sent the mail
	OtherDomain                          // only another domain than that of the sender is shown
	FailedCheck                          // a check failed
)

// CheckAuthentication returns what the fields Authentication-Results of trusted servers (RFC 8601) say about a mail from a domain. A trusted
// server puts its fields above the header that it receives and removes fields with its own name from that. So the first field with a
// trusted name counts, and those that follow it before the next hop (Received); all others count for nothing.
func CheckAuthentication(raw []byte, trusted []string, domain string) Authentication {
	methods := map[string]Authentication{} // the worst of all fields
	found := false
	for _, f := range HeaderFields(raw) {
		if found && strings.EqualFold(f.Name, "Received") {
			break
		}
		if !strings.EqualFold(f.Name, "Authentication-Results") {
			continue
		}
		server, results, err := authres.Parse(withoutComments(f.Value))
		if !slices.ContainsFunc(trusted, func(t string) bool { return strings.EqualFold(t, server) }) {
			continue
		}
		found = true
		if err != nil {
			methods["unreadable"] = FailedCheck
		}
		for method, result := range bestResults(results, domain) {
			methods[method] = max(methods[method], result)
		}
	}
	return combine(methods)
}

// combine returns the result of all methods: DMARC decides where it says something, because it includes the other two.
func combine(methods map[string]Authentication) Authentication {
	switch dmarc := methods["dmarc"]; {
	case methods["unreadable"] == FailedCheck:
		return FailedCheck
	case dmarc == Authenticated || dmarc == FailedCheck || dmarc == OtherDomain:
		return dmarc
	}
	spf, dkim := methods["spf"], methods["dkim"]
	switch {
	case spf == Authenticated || dkim == Authenticated:
		return Authenticated
	case spf == FailedCheck || dkim == FailedCheck:
		return FailedCheck
	case spf == OtherDomain || dkim == OtherDomain:
		return OtherDomain
	}
	for _, result := range methods {
		if result == NotReported { // a check that could not be made
			return NotReported
		}
	}
	if len(methods) == 0 {
		return NotReported
	}
	return NothingToCheck
}

// bestResults returns, for each method of a field, the best of its results: of several DKIM signatures one is enough.
func bestResults(results []authres.Result, domain string) map[string]Authentication {
	best := map[string]Authentication{}
	note := func(method string, value authres.ResultValue, of string) {
		result := resultOf(value, of, domain)
		if before, known := best[method]; !known || result == Authenticated || before != Authenticated && result > before {
			best[method] = result
		}
	}
	for _, r := range results {
		switch r := r.(type) {
		case *authres.DMARCResult:
			of := r.From
			if of == "" {
				of = domain // some servers leave it out
			}
			note("dmarc", r.Value, of)
		case *authres.SPFResult:
			of := r.From
			if of == "" {
				of = r.Helo
			}
			note("spf", r.Value, of)
		case *authres.DKIMResult:
			of := r.Domain
			if of == "" {
				of = r.Identifier
			}
			note("dkim", r.Value, of)
		}
	}
	return best
}

// resultOf returns the meaning of a result about a domain for a mail from a domain.
func resultOf(value authres.ResultValue, of, domain string) Authentication {
	switch value {
	case authres.ResultPass:
		if IsAligned(DomainOf(strings.Trim(of, `"<>`)), domain) {
			return Authenticated
		}
		return OtherDomain
	case authres.ResultNone, authres.ResultNeutral:
		return NothingToCheck
	case authres.ResultTempError:
		return NotReported
	}
	return FailedCheck // fail, softfail, permerror, policy, and what is not known
}

// IsAligned reports whether two domains belong to the same organisation, as DMARC compares them by default.
func IsAligned(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	if a == b {
		return true
	}
	orgA, errA := publicsuffix.EffectiveTLDPlusOne(a)
	orgB, errB := publicsuffix.EffectiveTLDPlusOne(b)
	return errA == nil && errB == nil && orgA == orgB
}

// withoutComments returns the value of a field Authentication-Results without comments, and without the signs in quoted texts that would end
// a result: a sender may write them into an address.
func withoutComments(value string) string {
	var b strings.Builder
	depth, quoted, escaped := 0, false, false
	for _, r := range value {
		switch {
		case escaped:
			escaped = false
			if depth == 0 {
				b.WriteByte('_')
			}
		case r == '\\' && (quoted || depth > 0):
			escaped = true
		case r == '"' && depth == 0:
			quoted = !quoted
		case quoted:
			if r == ';' || r == '=' || r == ' ' || r == '\t' {
				r = '_'
			}
			b.WriteRune(r)
		case r == '(':
			depth++
		case r == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return strings.ReplaceAll(b.String(), " =", "=")
}
