// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import "github.com/sol-assistenza/sol/handlers/app"

// IdempotencyInput is the input of a POST that can be repeated: a repetition of the key with the same body gets the first response again.
type IdempotencyInput struct {
	Key     string `header:"Idempotency-Key" maxLength:"200" doc:"Any text that names this request. It is valid for your account, or for your address if you have no account. Kept for 90 days"`
	RawBody []byte
}

// idempotency returns the key, and the content that a repetition must have byte for byte. It copies the body, since huma reuses its slice.
func (r IdempotencyInput) idempotency(call string) app.Idempotency {
	return app.Idempotency{Key: r.Key, Body: append([]byte("POST "+call+"\n"), r.RawBody...)}
}

// replayed returns the value of the header Idempotency-Replayed.
func replayed(o app.CommandResult) string {
	if o.Repeated {
		return "true"
	}
	return ""
}
