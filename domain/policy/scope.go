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
const (
	ScopeOpenTickets   Scope = "tickets.open"
	ScopeReadTickets   Scope = "tickets.read"   // tickets of one entity, their lists and files, without the notes that are for operators
	ScopeExportTickets Scope = "tickets.export" // the rows behind a figure, without names of citizens
	ScopeReadFigures   Scope = "figures.read"
)

// scopeActions holds the actions of each scope. An action that no scope holds is done by no token, whatever the table of rights says.
var scopeActions = map[Scope][]Action{
	ScopeOpenTickets: {OpenTicket}, ScopeReadTickets: {ReadTicket, ListTickets}, ScopeExportTickets: {ExportTickets}, ScopeReadFigures: {ReadFigures},
}

// Reads reports whether the scope shows what the service holds. A token with such a scope is of one entity, and two administrators make it: they
// themselves read no tickets.
func (s Scope) Reads() bool { return s != ScopeOpenTickets }

// Scopes lists the scopes, in the order of their names.
func Scopes() []Scope { return slices.Sorted(maps.Keys(scopeActions)) }

// ScopesAllow reports whether one of the scopes holds an action.
func ScopesAllow(scopes []Scope, action Action) bool {
	return slices.ContainsFunc(scopes, func(s Scope) bool { return slices.Contains(scopeActions[s], action) })
}
