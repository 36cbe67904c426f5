// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Attempt is what the browser keeps, in a cookie, from the start of a login until it comes back. It proves that both are the same browser.
type Attempt struct {
	Provider string    `json:"p"`
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"` // of PKCE
	Next     string    `json:"u"` // path to which the login leads; "": the person's own page
	Begun    time.Time `json:"t"`
}

// AttemptLifetime is the time within which the browser must come back.
const AttemptLifetime = 10 * time.Minute

// maxNext is the largest length of Next, so that the cookie is not too large for browsers.
const maxNext = 1000

// Begin starts a login and returns the address at the provider to which the browser goes. next is a path of the service.
func (c *Client) Begin(ctx context.Context, next string) (address string, a Attempt, err error) {
	p, err := c.discover(ctx)
	if err != nil {
		return "", Attempt{}, err
	}
	if len(next) > maxNext {
		next = ""
	}
	a = Attempt{Provider: c.Name, State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: next, Begun: c.now().UTC()}
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	if len(c.settings.ACRValues) > 0 {
		options = append(options, oauth2.SetAuthURLParam("acr_values", strings.Join(c.settings.ACRValues, " ")))
	}
	return c.oauth(p).AuthCodeURL(a.State, options...), a, nil
}

// Encode returns the attempt as the value of a cookie.
func (a Attempt) Encode() string {
	text, err := json.Marshal(a)
	if err != nil {
		panic(err) // cannot happen: texts and a time
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// DecodeAttempt returns the attempt of a cookie; ok is false if the value is none.
func DecodeAttempt(value string) (a Attempt, ok bool) {
	text, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || json.Unmarshal(text, &a) != nil {
		return Attempt{}, false
	}
	return a, a.State != "" && a.Nonce != "" && a.Verifier != ""
}

// same compares two secrets in a time that does not depend on them.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
