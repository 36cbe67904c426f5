// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/handlers/identity/secondfactor"
)

// sessionHelp is the part of Help about logins and sessions.
const sessionHelp = `
  SOL_SESSION_IDLE      time without use after which a session ends, 1m to 24h (30m)
  SOL_SESSION_LIFETIME  time after the login at which a session ends, used or not, 10m to 168h (12h)
  SOL_SECOND_FACTOR     optional: who has a second factor is asked for it at login; required: people of the staff without one must set
                        it up before anything else opens (optional)
  SOL_KEY_VERIFICATION  whether security keys verify their person, by PIN or fingerprint: required, preferred or discouraged (preferred)`

// Sessions holds the settings of logins and sessions.
type Sessions struct {
	Idle, Lifetime time.Duration // 0: the defaults of identity.Config
	RequireFactor  bool
	// KeyVerification says whether security keys verify their person; "": the default of identity.Config.
	KeyVerification string
	// CitizenPasswords: citizens have local accounts. No variable sets it, only the demo.
	CitizenPasswords bool
}

// loadSessions reads the settings of logins and sessions.
func loadSessions(env func(string) string, refuse func(name, want string)) (l Sessions) {
	loadDurations(env, refuse,
		duration{"SOL_SESSION_IDLE", time.Minute, 24 * time.Hour, "a duration from 1m to 24h, e.g. 30m", &l.Idle},
		duration{"SOL_SESSION_LIFETIME", 10 * time.Minute, 7 * 24 * time.Hour, "a duration from 10m to 168h, e.g. 12h", &l.Lifetime})
	if l.Lifetime > 0 && l.Idle > l.Lifetime { // no session would ever end by it
		refuse("SOL_SESSION_IDLE", "no more than SOL_SESSION_LIFETIME, "+env("SOL_SESSION_LIFETIME"))
	}
	switch env("SOL_SECOND_FACTOR") {
	case "", "optional":
	case "required":
		l.RequireFactor = true
	default:
		refuse("SOL_SECOND_FACTOR", "optional or required")
	}
	if l.KeyVerification = env("SOL_KEY_VERIFICATION"); l.KeyVerification != "" && !slices.Contains(secondfactor.Verifications, l.KeyVerification) {
		refuse("SOL_KEY_VERIFICATION", strings.Join(secondfactor.Verifications, ", "))
	}
	return l
}
