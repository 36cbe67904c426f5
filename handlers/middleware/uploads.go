// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package middleware

import (
	"net/http"
	"time"
)

// SmallBody is the largest body, in bytes, that may be read without an upload slot.
const SmallBody = 64 << 10

// AcquireUpload waits for an upload slot if the body of r is larger than SmallBody or of unknown size. The caller calls done when it no
// longer holds the body in memory. ok is false if no slot was free within UploadWait or the request ended.
func (e *Stack) AcquireUpload(r *http.Request) (done func(), ok bool) {
	if r.ContentLength >= 0 && r.ContentLength <= SmallBody {
		return func() {}, true
	}
	timer := time.NewTimer(e.UploadWait)
	defer timer.Stop()
	select {
	case e.uploadSlots <- struct{}{}:
		return func() { <-e.uploadSlots }, true
	case <-timer.C:
	case <-r.Context().Done():
	}
	return nil, false
}
