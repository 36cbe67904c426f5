// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package account

import (
	"maps"
	"slices"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
)

// IdentityKind says by what a person is known at a provider. The values are stored.
type IdentityKind string

// The kinds of identities.
const (
	ByTaxCode IdentityKind = "tax-code"
	BySubject IdentityKind = "subject" // the person's id at the provider
)

// Binding names a bound identity. The identity itself is in the sealed part of the event that binds it.
type Binding struct {
	ID       string       `json:"id"` // UUID of the change that bound it
	Provider string       `json:"provider"`
	Kind     IdentityKind `json:"kind,omitempty"`
}

// checkBinding refuses to bind an identity to an account that may not have one, or one that leads to an account already; and to end a binding
// that is not there.
func (f Facts) checkBinding(c Change) error {
	taken, isTaken := f.Taken[c.Binding.ID]
	switch {
	case c.Operation == UnbindIdentity && !slices.Contains(f.Bindings, c.Binding.ID):
		return ErrUnchanged
	case c.Operation != BindIdentity:
		return nil
	case f.HasTaxCode || f.Rights.Has(person.Citizen): // a staff's identity is not verified as a citizen's is
		return refuse(refusal.BindingCitizen)
	case f.Rights.Credentials == None:
		return refuse(refusal.BindingPending)
	case isTaken:
		return &RefusedError{refusal.BindingTaken.With(taken)}
	}
	return nil
}

// checkLoneBinding refuses a role that takes two administrators for an account to which one administrator alone has bound an identity: that
// one could log in with it and use the role.
func (s State) checkLoneBinding(c Change) error {
	if c.Role != "" && len(s.LoneBindings[c.Account]) > 0 && (c.Operation == GiveRole || c.Operation == Create) {
		return refuse(refusal.BindingAlone)
	}
	return nil
}

// loneBindings returns State.LoneBindings after an event.
func (s State) loneBindings(e Event) map[string][]string {
	lone := e.Done() && e.Operation == BindIdentity && e.Kind != Confirmed
	settled := e.Done() && e.Operation == UnbindIdentity || e.Kind == Reviewed && e.Operation == BindIdentity
	if !lone && !settled {
		return s.LoneBindings
	}
	next := maps.Clone(s.LoneBindings)
	if next == nil {
		next = map[string][]string{}
	}
	next[e.Account] = slices.DeleteFunc(slices.Clone(next[e.Account]), func(id string) bool { return id == e.Binding.ID })
	if lone {
		next[e.Account] = append(next[e.Account], e.Binding.ID)
	}
	return next
}
