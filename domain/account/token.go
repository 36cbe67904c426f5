// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package account

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/refusal"
)

// Token is an API token of an account with the role integrazione. Its secret and its name are in no event.
type Token struct {
	ID        string             `json:"id"` // UUID
	Scopes    []policy.Scope     `json:"scopes,omitempty"`
	Entity    catalog.EntityCode `json:"entity,omitempty"` // the only one at which the token may act; empty: all
	ExpiresAt time.Time          `json:"expires_at,omitzero"`
}

// maxTokenLife is the longest time for which a token is valid: a forgotten one ends by itself.
const maxTokenLife = 366 * 24 * time.Hour

// reads reports whether the token shows what the service holds.
func (t Token) reads() bool { return slices.ContainsFunc(t.Scopes, policy.Scope.Reads) }

// check refuses a token that gives no right, a right that does not exist, or one for too long.
func (t Token) check(r Rights, now time.Time) error {
	switch {
	case !r.Has(person.Integration):
		return refuse(refusal.TokenNeedsIntegration)
	case len(t.Scopes) == 0:
		return refuse(refusal.TokenNeedsScope)
	case !t.ExpiresAt.After(now) || t.ExpiresAt.After(now.Add(maxTokenLife)):
		return refuse(refusal.TokenExpiry)
	}
	for _, s := range t.Scopes {
		if !slices.Contains(policy.Scopes(), s) {
			return &RefusedError{refusal.UnknownScope.With(string(s))}
		}
	}
	if t.Entity == "" && t.reads() {
		return refuse(refusal.TokenReadsEntity)
	}
	if _, known := catalog.Default().Entity(t.Entity); t.Entity != "" && !known {
		return refuse(refusal.UnknownPlacement)
	}
	return nil
}
