// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import "time"

// SetLocalClock gives a node a clock of its own that may be wrong, and how often it looks at the database's.
func (c *Config) SetLocalClock(wall func() time.Time, every time.Duration) {
	c.localClock, c.clockSyncInterval = wall, every
}
