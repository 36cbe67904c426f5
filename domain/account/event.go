// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package account

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
)

// Kind is the kind of an event of the account stream.
type Kind string

// The kinds of events. Their stored names are in eventNames.
const (
	Changed   Kind = "changed"            // done by who may do it alone
	Requested Kind = "requested"          // waits for a second administrator
	Confirmed Kind = "confirmed"          // a second administrator confirmed: the change is done
	Refused   Kind = "refused"            // a second administrator refused
	Withdrawn Kind = "withdrawn"          // who requested it withdrew it
	Expired   Kind = "expired"            // nobody answered in time
	Emergency Kind = "emergency"          // done by one administrator alone with a reason; another must review it
	Reviewed  Kind = "emergency-reviewed" // the review of an emergency access
)

// eventNames maps the kinds to their stored names, which never change.
var eventNames = map[Kind]string{
	Changed: "account.changed.v1", Requested: "account.change-requested.v1", Confirmed: "account.change-confirmed.v1",
	Refused: "account.change-refused.v1", Withdrawn: "account.change-withdrawn.v1", Expired: "account.change-expired.v1",
	Emergency: "account.emergency-used.v1", Reviewed: "account.emergency-reviewed.v1",
}

// EventNames lists the stored names of the events, sorted.
func EventNames() []string { return slices.Sorted(maps.Values(eventNames)) }

// Event is one event of the account stream: what was done to whom, with the rights before and after. Who did it and when is in its record.
// No event holds a name, a password or a hash of one.
type Event struct {
	Kind Kind   `json:"-"`
	ID   string `json:"id"` // UUID of the change, request or emergency access
	Change
	Before    Rights     `json:"before"`
	After     Rights     `json:"after"`               // equal to Before if nothing was changed
	Until     *time.Time `json:"until,omitempty"`     // of Requested: when it expires; of Emergency: until when it must be reviewed
	Justified *bool      `json:"justified,omitempty"` // of Reviewed
	PIN       string     `json:"pin,omitempty"`       // of Confirmed: id of the staged PIN that it makes valid
	Token     *Token     `json:"token,omitempty"`     // of IssueToken; of RevokeToken its id alone
	Reason    string     `json:"-"`                   // sealed; empty: none was given
	Identity  string     `json:"-"`                   // sealed, of BindIdentity: the tax code or the id at the provider
}

// personal is the sealed part of an event.
type personal struct {
	Reason   string `json:"reason"`
	Identity string `json:"identity,omitempty"`
}

// Encode returns the stored name of an event, its facts and its sealed part (nil: none).
func Encode(e Event) (name string, data, sealed []byte, err error) {
	name, known := eventNames[e.Kind]
	if !known {
		return "", nil, nil, fmt.Errorf("encode event of accounts: unknown kind %q", e.Kind)
	}
	if data, err = json.Marshal(e); err != nil {
		return "", nil, nil, fmt.Errorf("encode %s: %w", name, err)
	}
	if e.Reason != "" || e.Identity != "" {
		if sealed, err = json.Marshal(personal{e.Reason, e.Identity}); err != nil {
			return "", nil, nil, fmt.Errorf("encode %s: %w", name, err)
		}
	}
	return name, data, sealed, nil
}

// Decode returns the event for a stored name, facts and sealed part. An unknown name is an error: a newer release wrote it.
func Decode(name string, data, sealed []byte) (e Event, err error) {
	for kind, known := range eventNames {
		if known == name {
			e.Kind = kind
		}
	}
	if e.Kind == "" {
		return Event{}, fmt.Errorf("decode event of accounts: unknown name %q", name)
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return Event{}, fmt.Errorf("decode %s: %w", name, err)
	}
	if sealed != nil {
		var p personal
		if err := json.Unmarshal(sealed, &p); err != nil {
			return Event{}, fmt.Errorf("decode %s: %w", name, err)
		}
		e.Reason, e.Identity = p.Reason, p.Identity
	}
	return e, nil
}

// Done reports whether the event changed the account.
func (e Event) Done() bool {
	switch e.Kind {
	case Changed, Confirmed, Emergency:
		return true
	case Reviewed:
		return e.Justified != nil && !*e.Justified && (e.Operation == EndRole || e.Operation == RenewCredentials || e.Operation == UnbindIdentity)
	case Requested, Refused, Withdrawn, Expired:
	}
	return false
}

// Pending is a request that waits for a confirmation, or an emergency access that waits for its review.
type Pending struct {
	Event
	By person.Actor
	At time.Time
}

// State is the state of the account stream: what waits for an administrator.
type State struct {
	Version   int
	Requests  []Pending // the oldest first
	Emergency []Pending // without a review yet, the oldest first
	// GivenBy says for an account who gave it its last password alone. It holds after the person replaced the secrets, because who gave them may
	// have done that.
	GivenBy map[string]string
	// LoneBindings holds for an account the ids of its bound identities that one administrator bound alone.
	LoneBindings map[string][]string
}

// Evolve returns the state after an event. It does not change s.
func Evolve(s State, e Event, by person.Actor, at time.Time) State {
	next := State{Version: s.Version + 1, Requests: s.Requests, Emergency: s.Emergency, GivenBy: s.GivenBy, LoneBindings: s.loneBindings(e)}
	without := func(all []Pending) []Pending {
		return slices.DeleteFunc(slices.Clone(all), func(p Pending) bool { return p.ID == e.ID })
	}
	switch e.Kind {
	case Requested:
		next.Requests = append(slices.Clone(s.Requests), Pending{e, by, at})
	case Confirmed, Refused, Withdrawn, Expired:
		next.Requests = without(s.Requests)
	case Emergency:
		next.Emergency = append(slices.Clone(s.Emergency), Pending{e, by, at})
	case Reviewed:
		next.Emergency = without(s.Emergency)
	case Changed:
	}
	if e.Done() && (e.Operation == Create || e.Operation == RenewCredentials) {
		next.GivenBy = map[string]string{}
		maps.Copy(next.GivenBy, s.GivenBy)
		if e.Kind == Confirmed || e.Kind == Reviewed { // two hands gave them, or nobody
			delete(next.GivenBy, e.Account)
		} else {
			next.GivenBy[e.Account] = by.ID
		}
	}
	return next
}

// find returns the pending one with an id.
func find(all []Pending, id string) (Pending, error) {
	index := slices.IndexFunc(all, func(p Pending) bool { return p.ID == id })
	if index < 0 {
		return Pending{}, ErrNotFound
	}
	return all[index], nil
}
