// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package account holds the rules for changes of accounts: who may give which role or credentials to whom, what a second administrator must
// confirm, and what one administrator may do alone in an emergency.
package account

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
)

// Operation is the kind of a change: it creates an account, gives a role, and so on. The values are stored.
type Operation string

// The operations.
const (
	Create            Operation = "create"             // a new account, with a first role if the change names one
	GiveRole          Operation = "give-role"          // a placement from now on
	EndRole           Operation = "end-role"           // the end of a placement
	RenewCredentials  Operation = "renew-credentials"  // an administrator gives a new password and PIN
	ChangeCredentials Operation = "change-credentials" // a person replaces their own password and PIN
	Disable           Operation = "disable"            // no login any more
	IssueToken        Operation = "issue-token"        // an API token of an integration
	RevokeToken       Operation = "revoke-token"       // the end of an API token
	AddFactor         Operation = "add-factor"         // a person adds a second factor or new recovery codes
	RemoveFactor      Operation = "remove-factor"      // a person removes one of their second factors
	ResetFactors      Operation = "reset-factors"      // an administrator removes all second factors and recovery codes of a person who lost them
	BindIdentity      Operation = "bind-identity"      // an identity at a provider leads to the account from now on
	UnbindIdentity    Operation = "unbind-identity"    // the end of that
)

// isOwn reports whether only the person concerned may make the change.
func (o Operation) isOwn() bool {
	return o == ChangeCredentials || o == AddFactor || o == RemoveFactor
}

// FactorKind is the kind of a second factor. The values are stored.
type FactorKind string

// The kinds of second factors.
const (
	TOTP          FactorKind = "totp"           // codes of six digits that an application shows for 30 seconds (RFC 6238)
	RecoveryCodes FactorKind = "recovery-codes" // codes on paper, each for one login
	SecurityKey   FactorKind = "security-key"   // a device or passkey that signs a challenge (WebAuthn)
)

// Factor names a second factor.
type Factor struct {
	ID   string     `json:"id"` // UUID
	Kind FactorKind `json:"kind"`
}

// Change is a change of one account.
type Change struct {
	Operation Operation          `json:"what"`
	Account   string             `json:"account"` // UUID
	Role      person.Role        `json:"role,omitempty"`
	Entity    catalog.EntityCode `json:"entity,omitempty"`
	Factor    Factor             `json:"factor,omitzero"`  // of AddFactor and RemoveFactor
	Binding   Binding            `json:"binding,omitzero"` // of BindIdentity and UnbindIdentity
}

// Credentials is the state of an account's password and PIN. The values are stored.
type Credentials string

// The states of credentials.
const (
	None      Credentials = "none"      // the account cannot log in yet
	Temporary Credentials = "temporary" // generated for the person, who must replace them at the first login
	Own       Credentials = "own"       // chosen by the person
)

// RoleAt is a role at an entity, which is empty for roles without one.
type RoleAt struct {
	Role   person.Role        `json:"role"`
	Entity catalog.EntityCode `json:"entity,omitempty"`
}

// Rights are the current roles and the credentials of an account. A disabled account cannot log in.
type Rights struct {
	Roles       []RoleAt    `json:"roles"`
	Credentials Credentials `json:"credentials"`
	Disabled    bool        `json:"disabled,omitempty"`
}

// Has reports whether one of the roles is current.
func (r Rights) Has(roles ...person.Role) bool {
	return slices.ContainsFunc(r.Roles, func(at RoleAt) bool { return slices.Contains(roles, at.Role) })
}

// after returns the rights after a change. Errors: ErrUnchanged if the change would change nothing, ErrDisabled.
func (r Rights) after(c Change, credentials Credentials) (Rights, error) {
	at := RoleAt{c.Role, c.Entity}
	index := slices.Index(r.Roles, at)
	next := Rights{Roles: slices.Clone(r.Roles), Credentials: r.Credentials, Disabled: r.Disabled}
	if r.Disabled && c.Operation != EndRole && c.Operation != Disable && c.Operation != RevokeToken && c.Operation != UnbindIdentity {
		return Rights{}, ErrDisabled
	}
	switch c.Operation {
	case Create:
		if r.Credentials != None {
			return Rights{}, ErrUnchanged
		}
		if next.Credentials = credentials; c.Role != "" {
			next.Roles = append(next.Roles, at)
		}
	case GiveRole:
		if index >= 0 {
			return Rights{}, ErrUnchanged
		}
		next.Roles = append(next.Roles, at)
	case EndRole:
		if index < 0 {
			return Rights{}, ErrUnchanged
		}
		next.Roles = slices.Delete(next.Roles, index, index+1)
	case RenewCredentials, ChangeCredentials:
		next.Credentials = credentials
	case Disable:
		if r.Disabled {
			return Rights{}, ErrUnchanged
		}
		next.Disabled = true
	case IssueToken, RevokeToken: // a token has a part of the rights of its account
	case AddFactor, RemoveFactor, ResetFactors, BindIdentity, UnbindIdentity: // rights do not depend on them
	}
	return next, nil
}

// Administrator is an account that is an administrator now.
type Administrator struct {
	Account string
	Entity  catalog.EntityCode // empty: the Region's. Administrators have no entity yet, so that all are the Region's
}

// Facts holds the data about accounts on which a change is decided.
type Facts struct {
	Version        int // of the account stream up to which the facts hold
	Administrators []Administrator
	Rights         Rights // of the account to change
	HasTaxCode     bool   // whoever logs in with the account can act as the citizen, once it has that role

	Bindings []string          // ids of the account's bound identities
	Taken    map[string]string // by the id of a change that would bind an identity to the account: user name of the account to which that leads now
}

// ProviderActor returns the actor of changes that follow from what an identity provider told: the accounts and roles of its mapping.
func ProviderActor(provider string) person.Actor {
	return person.Actor{ID: providerPrefix + provider, Role: person.System}
}

const providerPrefix = "provider/" // in the ids of actors; it is stored

// Periods are the times within which others must act.
type Periods struct {
	Request time.Duration // a request that nobody confirmed in this time expires; 0: 7 days
	Review  time.Duration // an emergency access must be reviewed in this time; 0: 24 hours
}
