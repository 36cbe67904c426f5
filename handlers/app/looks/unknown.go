// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package looks

import (
	"sync"
	"time"
)

// unknownPerMinute is the largest number of records that a node makes in a minute of looks by people whom nobody knows.
const unknownPerMinute = 60

// unknown bounds the records of looks by people whom nobody knows: anybody who reaches the service can send such requests, and must not fill
// the access log. The next record says how many looks before it have none. unknown is safe for concurrent use.
type unknown struct {
	perMinute int

	mu       sync.Mutex
	minute   time.Time
	recorded int // in the minute
	left     int // looks without a record since the last record
}

// take reports whether a look at a moment gets a record, and the number of looks before it that got none.
func (u *unknown) take(now time.Time) (left int, ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if minute := now.Truncate(time.Minute); minute.After(u.minute) {
		u.minute, u.recorded = minute, 0
	}
	if u.recorded >= u.perMinute {
		u.left++
		return 0, false
	}
	u.recorded++
	left, u.left = u.left, 0
	return left, true
}

// leave counts looks that got no record after all.
func (u *unknown) leave(looks int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.left += looks
}
