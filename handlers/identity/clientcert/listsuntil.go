// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package clientcert

import (
	"fmt"
	"time"
)

// ListsUntil returns the time until which each authority of the bundle has a valid revocation list. After it nobody logs in with a certificate of
// one of them. It returns an error if one has none now, or if a file cannot be read.
func (v *Verifier) ListsUntil() (until time.Time, err error) {
	known, err := v.authorities()
	if err != nil {
		return time.Time{}, err
	}
	lists, err := v.revocations()
	if err != nil {
		return time.Time{}, err
	}
	now := v.clock()
	for _, issuer := range known.all {
		list := newestOf(lists, issuer, now)
		if list == nil {
			return time.Time{}, fmt.Errorf("no valid revocation list of %s", issuer.Subject)
		}
		if until.IsZero() || list.NextUpdate.Before(until) {
			until = list.NextUpdate
		}
	}
	return until, nil
}
