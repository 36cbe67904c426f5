// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package middleware

import (
	"net/http"
	"time"
)

// SmallBody is how many bytes a body may have that need no place of its own.
const SmallBody = 64 << 10

// AcquireUpload waits for a place when the body is, or may be, large. Whoever got one calls done when nothing of the body is held any more.
func (e *Stack) AcquireUpload(r *http.Request) (done func(), ok bool) {
	if r.ContentLength >= 0 && r.ContentLength <= SmallBody {
		return func() {}, true
	}
	enough := time.NewTimer(e.UploadWait)
	defer enough.Stop()
	select {
	case e.uploadSlots <- struct{}{}:
		return func() { <-e.uploadSlots }, true
	case <-enough.C:
	case <-r.Context().Done():
	}
	return nil, false
}
