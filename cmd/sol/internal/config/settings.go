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
		value := env(name)
		if value == "" {
			continue
		}
		if u, err := url.Parse(value); err == nil && u.User != nil {
			value = u.Redacted()
		} else if err != nil && strings.Contains(value, "@") {
			value = "(not shown)" // a password may be what makes it no URL
		}
		settings[name] = value
	}
	return settings
}
