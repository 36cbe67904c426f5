// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import "time"

// SetLocalClock sets the node's own clock, which may be wrong, and the interval of reading the database's clock.
func (c *Config) SetLocalClock(wall func() time.Time, syncInterval time.Duration) {
	c.localClock, c.clockSyncInterval = wall, syncInterval
}
