// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import "time"

// duration is a variable that holds a duration from min to max, both included. Without a value the target stays.
type duration struct {
	name     string
	min, max time.Duration
	want     string // in messages
	target   *time.Duration
}

// loadDurations reads variables that hold durations.
func loadDurations(env func(string) string, refuse func(name, want string), all ...duration) {
	for _, d := range all {
		text := env(d.name)
		if text == "" {
			continue
		}
		value, err := time.ParseDuration(text)
		if err != nil || value < d.min || value > d.max {
			refuse(d.name, d.want)
		}
		*d.target = value
	}
}
