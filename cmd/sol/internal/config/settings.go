// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"net/url"
	"regexp"
	"strings"
)

var settingName = regexp.MustCompile(`\bSOL_[A-Z0-9_]+\b`)

// Settings returns the values of the variables of Help that are set, by name, without passwords.
func Settings(env func(string) string) map[string]string {
	settings := map[string]string{}
	for _, name := range settingName.FindAllString(Help, -1) {
		if value := env(name); value != "" {
			settings[name] = withoutPassword(value)
		}
	}
	return settings
}

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
		return "(not shown)"
	}
	return value
}
