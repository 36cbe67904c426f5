// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import "github.com/sol-assistenza/sol/handlers/app"

// IdempotencyInput is what a POST that may be repeated carries: the same key with the same body gets the first answer again.
type IdempotencyInput struct {
	Key     string `header:"Idempotency-Key" maxLength:"200" doc:"Any text of yours that names this request. Yours by account, or by address if you have none. Kept for 90 days"`
	RawBody []byte
}

// idempotency is what a repetition must say again, byte for byte. The slice that huma lends is not kept.
func (r IdempotencyInput) idempotency(call string) app.Idempotency {
	return app.Idempotency{Key: r.Key, Body: append([]byte("POST "+call+"\n"), r.RawBody...)}
}

// replayed is the value of the Idempotency-Replayed header.
func replayed(o app.Outcome) string {
	if o.Repeated {
		return "true"
	}
	return ""
}
