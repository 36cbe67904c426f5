// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import "slices"

// purposes lists the purpose of every keyed hash. Purposes are stored names. A purpose has a key of its own, or several versions of it. A new purpose needs a
// line here: its key is made when the first node with the new release starts.
var purposes = []string{
	"command", "request", "command-from", "subject", "list-cursor", "login", "opened-page", "page-address", "personal-link",
	"mail-address-r", "mail-address-b", "citizen-position", "citizen-cursor", "search", "access-session", "provider-identity",
	"second-factor", "recovery-code", "file-address",
}

// permanentPurposes are those whose key never gets another version: a repeated command must find the id and the request hash that its
// first dispatch stored.
var permanentPurposes = []string{"command", "request", "command-from"}

// signingPurposes are those whose hashes and sealed values leave the system and come back, and stand in no row: an earlier version may end at
// once or at a date, and what it made is refused from then on. A new purpose belongs here only if no row holds what its key made.
var signingPurposes = []string{
	"list-cursor", "opened-page", "page-address", "personal-link", "mail-address-r", "mail-address-b", "citizen-position", "citizen-cursor", "file-address",
}

// MayEnd reports whether earlier versions of the key of a purpose may end without being destroyed.
func MayEnd(purpose string) bool { return slices.Contains(signingPurposes, purpose) }

// passingPurposes are those of which rows hold hashes that matter for a while only: limits of log-ins, and the session of an access record.
var passingPurposes = []string{"login", "access-session"}

// LosesRows reports whether rows would not be found any more without the version of the key that made their hashes.
func LosesRows(purpose string) bool {
	return !MayEnd(purpose) && !slices.Contains(passingPurposes, purpose)
}

// RenewablePurposes returns the purposes whose key may get another version.
func RenewablePurposes() []string {
	return slices.DeleteFunc(slices.Clone(purposes), func(p string) bool { return !IsRenewable(p) })
}

// IsRenewable reports whether the key of a purpose may get another version.
func IsRenewable(purpose string) bool {
	return slices.Contains(purposes, purpose) && !slices.Contains(permanentPurposes, purpose)
}
