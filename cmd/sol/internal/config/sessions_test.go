// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestSessionSettings: what is set is taken, and each wrong value is refused with the name of its variable, the value and what is wanted.
func TestSessionSettings(t *testing.T) {
	const idle, lifetime = "SOL_SESSION_IDLE=", "SOL_SESSION_LIFETIME="
	load := func(settings string) (Sessions, error) {
		set := map[string]string{"SOL_DATA_DIR": "/srv/sol"}
		for setting := range strings.FieldsSeq(settings) {
			name, value, _ := strings.Cut(setting, "=")
			set[name] = value
		}
		c, err := Load(func(name string) string { return set[name] })
		return c.Sessions, err
	}
	for settings, want := range map[string]Sessions{
		"":                                  {},
		idle + "1m " + lifetime + "10m":     {Idle: time.Minute, Lifetime: 10 * time.Minute},
		idle + "24h " + lifetime + "168h":   {Idle: 24 * time.Hour, Lifetime: 7 * 24 * time.Hour},
		idle + "8h " + lifetime + "8h":      {Idle: 8 * time.Hour, Lifetime: 8 * time.Hour},
		lifetime + "30m":                    {Lifetime: 30 * time.Minute},
		"SOL_SECOND_FACTOR=required":        {RequireFactor: true},
		"SOL_SECOND_FACTOR=optional":        {},
		idle + "90s SOL_SECOND_FACTOR=":     {Idle: 90 * time.Second},
		idle + "1h0m0s " + lifetime + "12h": {Idle: time.Hour, Lifetime: 12 * time.Hour},
	} {
		if got, err := load(settings); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, %v, want %+v", settings, got, err, want)
		}
	}
	for settings, want := range map[string]string{
		idle + "59s":                      `SOL_SESSION_IDLE="59s": want a duration from 1m to 24h`,
		idle + "24h1s":                    `SOL_SESSION_IDLE="24h1s": want a duration from 1m to 24h`,
		idle + "0":                        `SOL_SESSION_IDLE="0": want a duration from 1m to 24h`,
		idle + "-30m":                     `SOL_SESSION_IDLE="-30m": want a duration from 1m to 24h`,
		idle + "30":                       `SOL_SESSION_IDLE="30": want a duration from 1m to 24h`,
		idle + "mezz'ora":                 `SOL_SESSION_IDLE="mezz'ora": want a duration from 1m to 24h`,
		lifetime + "9m":                   `SOL_SESSION_LIFETIME="9m": want a duration from 10m to 168h`,
		lifetime + "169h":                 `SOL_SESSION_LIFETIME="169h": want a duration from 10m to 168h`,
		lifetime + "never":                `SOL_SESSION_LIFETIME="never": want a duration from 10m to 168h`,
		idle + "2h " + lifetime + "1h":    `SOL_SESSION_IDLE="2h": want no more than SOL_SESSION_LIFETIME, 1h`,
		"SOL_SECOND_FACTOR=yes":           `SOL_SECOND_FACTOR="yes": want optional or required`,
		"SOL_SECOND_FACTOR=Required":      `SOL_SECOND_FACTOR="Required": want optional or required`,
		"SOL_SECOND_FACTOR=optional,none": `SOL_SECOND_FACTOR="optional,none": want optional or required`,
	} {
		if _, err := load(settings); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got error %v, want %s", settings, err, want)
		}
	}
}
