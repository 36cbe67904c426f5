// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package policy

import (
	"maps"
	"slices"
)

// Scope is a part of what the role integrazione may do, for which an API token is made. The values are stored.
type Scope string

// The scopes.
const ScopeOpenTickets Scope = "tickets.open"

// scopeActions holds the actions of each scope. An action that no scope holds is done by no token, whatever the table of rights says.
var scopeActions = map[Scope][]Action{ScopeOpenTickets: {OpenTicket}}

// Scopes lists the scopes, in the order of their names.
func Scopes() []Scope { return slices.Sorted(maps.Keys(scopeActions)) }

// ScopesAllow reports whether one of the scopes holds an action.
func ScopesAllow(scopes []Scope, action Action) bool {
	return slices.ContainsFunc(scopes, func(s Scope) bool { return slices.Contains(scopeActions[s], action) })
}
