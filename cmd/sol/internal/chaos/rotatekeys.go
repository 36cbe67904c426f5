// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chaos

import (
	"context"
	"errors"
	"strings"
	"time"
)

// killRotation is the time after which the first rotation is killed, whatever it does then.
const killRotation = 2 * time.Second

// rotateKeys gives the installation a new master key and new keys of links, addresses and cursors while clients work. It kills the first rotation on
// the way. The key of positions stays: with a new one, a repeated answer has the same position in other bytes. At the end the checks open everything
// with these keys.
func (in *installation) rotateKeys(ctx context.Context) (time.Time, error) {
	if _, err := in.runSol(ctx, "keys", "new-master"); err != nil {
		return time.Time{}, err
	}
	killed, cancel := context.WithTimeout(ctx, killRotation)
	_, _ = in.runSol(killed, "keys", "rotate") // killed, or refused because a node has not read the new key yet
	cancel()
	var last error
	err := wait(ctx, upTimeout, "all keys are wrapped by the new master key", func() bool {
		var out string
		out, last = in.runSol(ctx, "keys", "rotate")
		return last == nil && strings.HasPrefix(out, "0 keys")
	})
	if err != nil {
		return time.Time{}, errors.Join(err, last)
	}
	_, err = in.runSol(ctx, "keys", "renew", "--earlier", "1d", "personal-link", "mail-address-r", "mail-address-b", "citizen-cursor", "list-cursor")
	return time.Now(), err
}
