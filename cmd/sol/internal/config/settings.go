// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
)

var settingName = regexp.MustCompile(`\bSOL_[A-Z0-9_]+\b`)

// Settings returns the values of the variables of Help that are set, by name, without passwords.
func Settings(env func(string) string) map[string]string {
	settings := map[string]string{}
	for _, name := range settingName.FindAllString(Help, -1) {
		if value := env(name); value != "" {
			settings[name] = withoutSecret(name, value)
		}
	}
	return settings
}

// withoutSecret returns the value of a variable as it may be shown.
func withoutSecret(name, value string) string {
	switch name {
	case masterkey.TextVariable:
		return notShown
	case masterkey.CommandVariable: // it may hold a secret; the digest shows a change
		digest := sha256.Sum256([]byte(value))
		return fmt.Sprintf("%s, digest %x", notShown, digest[:4])
	}
	return withoutPassword(value)
}

// notShown stands for a secret.
const notShown = "(not shown)"

// withoutPassword returns a value without the passwords of a URL: that of its user, and those that Postgres takes as parameters.
func withoutPassword(value string) string {
	u, err := url.Parse(value)
	if err != nil {
		return hideIfURL(value)
	}
	if strings.Contains(strings.ToLower(u.RawQuery), "password") {
		parameters, err := url.ParseQuery(u.RawQuery)
		if err != nil {
			return hideIfURL(value)
		}
		for name := range parameters {
			if strings.Contains(strings.ToLower(name), "password") {
				parameters.Set(name, "xxxxx")
			}
		}
		u.RawQuery = parameters.Encode()
		return u.Redacted()
	}
	if u.User != nil {
		return u.Redacted()
	}
	return value
}

// hideIfURL returns a text instead of a value that may be a URL with a password, which makes it none.
func hideIfURL(value string) string {
	if strings.Contains(value, "@") || strings.Contains(value, "?") {
		return notShown
	}
	return value
}
