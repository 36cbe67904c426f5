// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"cmp"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
)

// AccessLog is the configuration of the access log.
type AccessLog struct {
	WorkstationHeader string // in which a trusted proxy tells the client's workstation; "": none does
	Months            int    // number of whole months for which records are kept, at least MinAccessMonths
	KeyFile           string // path of the Ed25519 key that signs the roots of dropped months; nodes do not need it
}

// MinAccessMonths is the smallest number of months for which access records are kept (Garante, 4 June 2015).
const MinAccessMonths = 24

var headerName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)

func loadAccessLog(env func(string) string, dataDir string, refuse func(name, want string)) AccessLog {
	a := AccessLog{Months: MinAccessMonths, KeyFile: cmp.Or(env("SOL_ACCESS_KEY_FILE"), filepath.Join(dataDir, "access.key"))}
	if text := env("SOL_ACCESS_MONTHS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < MinAccessMonths || n > 1200 {
			refuse("SOL_ACCESS_MONTHS", "a number of months from 24")
		}
		a.Months = n
	}
	if text := env("SOL_WORKSTATION_HEADER"); text != "" {
		if !headerName.MatchString(text) {
			refuse("SOL_WORKSTATION_HEADER", "the name of a header, e.g. X-Workstation")
		}
		a.WorkstationHeader = http.CanonicalHeaderKey(text)
	}
	return a
}
