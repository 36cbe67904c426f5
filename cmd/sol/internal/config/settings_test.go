// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"strings"
	"testing"
)

// TestSettingsHoldNoPassword gives each form of a password in a URL that the programs for which the URLs are accept.
func TestSettingsHoldNoPassword(t *testing.T) {
	for value, want := range map[string]string{
		"postgres://u:geheim@db/sol":                           "postgres://u:xxxxx@db/sol",
		"postgres://db/sol?user=u&password=geheim":             "postgres://db/sol?password=xxxxx&user=u",
		"postgres://db/sol?sslpassword=geheim&sslmode=require": "postgres://db/sol?sslmode=require&sslpassword=xxxxx",
		"postgres://u:geheim@db/sol?PASSWORD=geheim":           "postgres://u:xxxxx@db/sol?PASSWORD=xxxxx",
		"postgres://u:ge%heim@db/sol":                          "(not shown)",
		"postgres://db/sol?password=ge%heim":                   "(not shown)",
		"smtps://u:geheim@mail.example.it":                     "smtps://u:xxxxx@mail.example.it",
		"postgres://db/sol?sslmode=require":                    "postgres://db/sol?sslmode=require",
		"10s":                                                  "10s",
		"10.0.0.0/8,::1/128":                                   "10.0.0.0/8,::1/128",
	} {
		got := Settings(func(name string) string { return map[string]string{"SOL_DATABASE_URL": value}[name] })["SOL_DATABASE_URL"]
		if got != want || strings.Contains(got, "heim") {
			t.Errorf("%s: got %q, want %q", value, got, want)
		}
	}
}

// TestSettingsHoldNoKey: the key and the command that gives it are not shown, and a changed command shows.
func TestSettingsHoldNoKey(t *testing.T) {
	show := func(name, value string) string {
		return Settings(func(n string) string { return map[string]string{name: value}[n] })[name]
	}
	if got := show("SOL_MASTER_KEY", strings.Repeat("07", 32)); got != notShown {
		t.Errorf("key: got %q, want %q", got, notShown)
	}
	first, second := show("SOL_MASTER_KEY_COMMAND", "/opt/kms/unwrap --token geheim"), show("SOL_MASTER_KEY_COMMAND", "/opt/kms/unwrap --token andere")
	if !strings.HasPrefix(first, notShown) || strings.Contains(first+second, "geheim") || first == second {
		t.Errorf("command: got %q and %q, want neither, and a difference", first, second)
	}
}
