// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package idp reads the identity providers of the configuration, at which people log in in place of user name, password and PIN.
package idp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/rolemapping"
)

// VerifiedLevel is the lowest level of assurance (LoA) at which a citizen counts as verified: SPID and CIE level 2, eIDAS substantial.
const VerifiedLevel = 2

// Audience says for whom an identity provider is.
type Audience string

// The audiences.
const (
	ForStaff    Audience = "staff"    // accounts that an administrator binds, and roles by a mapping of claims
	ForCitizens Audience = "citizens" // verified by their tax code
)

// Provider is an identity provider of the configuration. One with staff and citizens is configured twice.
type Provider struct {
	Name     string   `json:"name"`  // small letters, digits and -; it is stored and never changes
	Label    string   `json:"label"` // Italian, on the login page
	Audience Audience `json:"audience"`
	// MinLevel is the lowest level of assurance that is accepted, 0 to 3; none: VerifiedLevel. Citizens need VerifiedLevel at least.
	MinLevel *int `json:"min_level"`
	// Mapping gives roles to staff by claims, once two administrators have confirmed it.
	Mapping rolemapping.Mapping `json:"mapping"`

	// Settings of the adapter; exactly one is set. The adapter's package reads it.
	OIDC              json.RawMessage `json:"oidc"`
	Portal            json.RawMessage `json:"portal"`
	ClientCertificate json.RawMessage `json:"client_certificate"`
}

// Level returns the lowest level of assurance that is accepted.
func (p Provider) Level() int {
	if p.MinLevel == nil {
		return VerifiedLevel
	}
	return *p.MinLevel
}

var providerName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,29}$`)

// check returns an error for a setting that is not allowed.
func (p Provider) check() error {
	kinds := 0
	for _, settings := range []json.RawMessage{p.OIDC, p.Portal, p.ClientCertificate} {
		if len(settings) > 0 {
			kinds++
		}
	}
	switch {
	case !providerName.MatchString(p.Name):
		return errors.New("name: want at most 30 small letters, digits and -")
	case p.Label == "" || !person.IsValidText(p.Label) || utf8.RuneCountInString(p.Label) > 60:
		return errors.New("label: want a text of at most 60 characters")
	case p.Audience != ForStaff && p.Audience != ForCitizens:
		return fmt.Errorf("audience: want %s or %s", ForStaff, ForCitizens)
	case p.Level() < 0 || p.Level() > 3 || p.Audience == ForCitizens && p.Level() < VerifiedLevel:
		return fmt.Errorf("min_level: want 0 to 3, for citizens at least %d", VerifiedLevel)
	case p.Audience == ForCitizens && len(p.Mapping) > 0:
		return errors.New("mapping: citizens get no role by a claim")
	case kinds != 1:
		return errors.New("want one of oidc, portal and client_certificate")
	}
	return p.Mapping.Check()
}

// Read reads the identity providers of a JSON file {"providers": [...]}.
func Read(path string) ([]Provider, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("identity providers: %w", err)
	}
	return Parse(content)
}

// Parse parses the content of a file of identity providers.
func Parse(content []byte) ([]Provider, error) {
	var file struct {
		Providers []Provider `json:"providers"`
	}
	if err := DecodeStrictly(content, &file); err != nil {
		return nil, fmt.Errorf("identity providers: %w", err)
	}
	known := map[string]bool{}
	for n, p := range file.Providers {
		err := p.check()
		if err == nil && known[p.Name] {
			err = errors.New("name: it is there twice")
		}
		if err != nil {
			return nil, fmt.Errorf("identity provider %d (%q): %w", n+1, p.Name, err)
		}
		known[p.Name] = true
	}
	return file.Providers, nil
}

// DecodeStrictly decodes one JSON value and refuses unknown fields and text after it.
func DecodeStrictly(content []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("want one JSON value and nothing after it")
	}
	return nil
}
