// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"cmp"
	"context"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// Names gives the names and labels that people read for the ids in events.
type Names struct {
	Catalog *catalog.Catalog
	// Operator returns the name of an account, or "" for an account that does not exist. If it is nil, no account has a name.
	Operator func(id string) string
	// Playbooks holds the questions of checks and the titles of outcomes. If it is nil, ids stand for them.
	Playbooks *playbook.Library
	// Epoch is the log's epoch, for positions.
	Epoch int
}

// OperatorNames returns the names of accounts by id, for a reader. It leaves out unknown ids.
type OperatorNames func(ctx context.Context, by eventstore.Reader, ids []string) (map[string]string, error)

// LookUpNames returns the names of a catalogue and of the operators with the ids. If look is nil, no operator has a name.
func LookUpNames(ctx context.Context, c *catalog.Catalog, look OperatorNames, by eventstore.Reader, ids []string) (Names, error) {
	known := map[string]string{}
	if look != nil && len(ids) > 0 {
		var err error
		if known, err = look(ctx, by, ids); err != nil {
			return Names{}, err
		}
	}
	return Names{Catalog: c, Operator: func(id string) string { return known[id] }}, nil
}

// formatPosition returns a position with the epoch of the log.
func (n Names) formatPosition(at int64) string {
	return eventstore.Position{Epoch: n.Epoch, N: at}.String()
}

// Entity returns an entity with its name. The name of an unknown entity is its code.
func (n Names) Entity(code catalog.EntityCode) Entity {
	if e, ok := n.Catalog.Entity(code); ok {
		return Entity{Code: code, Name: e.Name}
	}
	return Entity{Code: code, Name: string(code)}
}

// shortName returns the short name of an entity, or the code of an unknown one.
func (n Names) shortName(code catalog.EntityCode) string {
	if e, ok := n.Catalog.Entity(code); ok {
		return e.Short
	}
	return string(code)
}

// OperatorName returns the name of an account, or "".
func (n Names) OperatorName(id string) string {
	if id == "" || n.Operator == nil {
		return ""
	}
	return n.Operator(id)
}

// Assignee returns an assignee with its name, or nil if nobody is assigned.
func (n Names) Assignee(a ticket.Assignee) *Assignee {
	switch {
	case a.Supervisors:
		return &Assignee{Name: "Supervisori", Supervisors: true}
	case a.Operator != "":
		return &Assignee{ID: a.Operator, Name: n.OperatorName(a.Operator)}
	default:
		return nil
	}
}

// Service returns a service with its Italian label. The label of an unknown service is its id.
func (n Names) Service(id catalog.ServiceID) Labelled {
	s, _ := n.Catalog.Service(id)
	return Labelled{ID: string(id), Label: cmp.Or(s.Label, string(id))}
}

// Problem returns a problem with its Italian label: the FAQ's, or the label for citizens. A problem that is for operators only becomes
// «altro» for the citizen.
func (n Names) Problem(service catalog.ServiceID, id catalog.ProblemID, citizen bool) Labelled {
	p, _ := n.Catalog.Problem(service, id)
	label := p.Label
	if citizen {
		if !p.ForCitizens() {
			p, _ = n.Catalog.Problem(service, catalog.Other)
			id = catalog.Other
		}
		label = p.CitizenLabel
	}
	return Labelled{ID: string(id), Label: cmp.Or(label, string(id))}
}

// byForOperator returns an actor with the name that operators see. requester is the name in the form; it stands for a citizen.
func (n Names) byForOperator(a person.Actor, requester string) By {
	by := By{ID: a.ID, Role: a.Role, Entity: a.Entity}
	switch {
	case a.Role == person.System:
		by.Name = "Sistema"
	case a.Role == person.Citizen || a.Role == person.Anonymous:
		by.ID, by.Name = "", requester
	default:
		by.Name = cmp.Or(n.OperatorName(a.ID), n.shortName(a.Entity))
	}
	return by
}

// byForCitizen returns an actor with the name that the citizen sees: the entity, never the operator.
func (n Names) byForCitizen(a person.Actor, requester string) By {
	switch {
	case a.Role == person.Citizen || a.Role == person.Anonymous:
		return By{Role: a.Role, Name: requester}
	case a.Entity != "":
		return By{Entity: a.Entity, Name: n.Entity(a.Entity).Name}
	default:
		return By{Name: "Sistema"}
	}
}
