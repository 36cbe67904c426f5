// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package oidc is the adapter for identity providers that speak OpenID Connect: code flow with PKCE, state and nonce, discovery, and logout at both
// ends. The Region's broker speaks it for SPID and CIE.
package oidc

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
)

// Settings are the settings of one provider, the field oidc of its entry in the configuration.
type Settings struct {
	Issuer           string   `json:"issuer"` // https; http only at an address of this machine
	ClientID         string   `json:"client_id"`
	ClientSecretFile string   `json:"client_secret_file"` // "": a public client, with PKCE alone
	Scopes           []string `json:"scopes"`             // beside openid; none: profile
	ACRValues        []string `json:"acr_values"`         // asked for; none: for citizens SPID and CIE level 2
	// Levels holds the level of assurance of each acr value, beside those of SPID, CIE and eIDAS. An acr value without one has level 0.
	Levels map[string]int `json:"levels"`
	Claims ClaimNames     `json:"claims"`
}

// ClaimNames names the claims with the data of the person. The first that the provider tells counts; for the tax code all must agree.
type ClaimNames struct {
	TaxCode    []string `json:"tax_code"`
	GivenName  []string `json:"given_name"`
	FamilyName []string `json:"family_name"`
	Email      []string `json:"email"`
}

const (
	attributes = "https://attributes.eid.gov.it/" // namespace of SPID and CIE for OpenID Connect
	spidLevel2 = "https://www.spid.gov.it/SpidL2"
)

// knownLevels holds the levels of the acr values of SPID and CIE (AgID) and eIDAS.
var knownLevels = map[string]int{
	"https://www.spid.gov.it/SpidL1": 1, spidLevel2: 2, "https://www.spid.gov.it/SpidL3": 3,
	"http://eidas.europa.eu/LoA/low": 1, "http://eidas.europa.eu/LoA/substantial": 2, "http://eidas.europa.eu/LoA/high": 3,
}

// parseSettings reads and checks the settings of a provider, and fills in the defaults.
func parseSettings(p idp.Provider) (s Settings, secret string, err error) {
	if err := idp.DecodeStrictly(p.OIDC, &s); err != nil {
		return s, "", err
	}
	if !isAllowed(s.Issuer) {
		return s, "", errors.New("issuer: want https://…; http only at an address of this machine")
	}
	if s.ClientID == "" {
		return s, "", errors.New("client_id: want the id that the provider gave")
	}
	for acr, level := range s.Levels {
		if level < 0 || level > 3 {
			return s, "", fmt.Errorf("levels: %q: want 0 to 3", acr)
		}
	}
	levels := maps.Clone(knownLevels)
	maps.Copy(levels, s.Levels)
	s.Levels = levels
	if len(s.Scopes) == 0 {
		s.Scopes = []string{"profile"}
	}
	if len(s.ACRValues) == 0 && p.Audience == idp.ForCitizens {
		s.ACRValues = []string{spidLevel2}
	}
	c := &s.Claims
	for _, d := range []struct {
		names    *[]string
		defaults []string
	}{
		{&c.TaxCode, []string{attributes + "fiscal_number", "fiscalNumber", "fiscal_number"}},
		{&c.GivenName, []string{"given_name", attributes + "name"}}, {&c.FamilyName, []string{"family_name", attributes + "family_name", attributes + "familyName"}},
		{&c.Email, []string{"email", attributes + "email"}},
	} {
		if len(*d.names) == 0 {
			*d.names = d.defaults
		}
	}
	if s.ClientSecretFile == "" {
		return s, "", nil
	}
	content, err := os.ReadFile(s.ClientSecretFile)
	if secret = strings.TrimSpace(string(content)); err == nil && secret == "" {
		err = errors.New("it is empty")
	}
	if err != nil {
		return s, "", fmt.Errorf("client_secret_file: %w", err)
	}
	return s, secret, nil
}

// isAllowed reports whether an address is one of https, or of http at this machine.
func isAllowed(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	if u.Scheme == "https" {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// assertion returns what claims tell of a person. ok is false if they tell two tax codes.
func (s Settings) assertion(subject string, claims map[string][]string) (a identity.Assertion, ok bool) {
	first := func(names []string) string {
		for _, name := range names {
			if values := claims[name]; len(values) > 0 {
				return values[0]
			}
		}
		return ""
	}
	a = identity.Assertion{
		Subject: subject, GivenName: first(s.Claims.GivenName), FamilyName: first(s.Claims.FamilyName), Email: first(s.Claims.Email), Claims: claims, Session: first([]string{"sid"}),
	}
	var codes []string
	for _, name := range s.Claims.TaxCode {
		for _, value := range claims[name] {
			code := identity.VerifiedTaxCode(value)
			if !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	if len(codes) > 0 {
		a.TaxCode = codes[0]
	}
	return a, len(codes) < 2
}

// flatten returns claims as texts: lists as several, numbers and truth values as their JSON. Objects are left out.
func flatten(claims map[string]any) map[string][]string {
	flat := map[string][]string{}
	for name, value := range claims {
		values, isList := value.([]any)
		if !isList {
			values = []any{value}
		}
		for _, v := range values {
			switch v := v.(type) {
			case string:
				flat[name] = append(flat[name], v)
			case bool, float64:
				flat[name] = append(flat[name], fmt.Sprint(v))
			}
		}
	}
	return flat
}
