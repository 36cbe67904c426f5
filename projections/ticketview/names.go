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

// Names turns what events hold as ids into what people read.
type Names struct {
	Catalog *catalog.Catalog
	// Operator gives the name of an account, "" when there is none (any more). Nil: nobody has a name.
	Operator func(id string) string
	// Playbooks says what the checks of a run ask. Nil: they are named by id.
	Playbooks *playbook.Library
	// Epoch is the log's, in which positions are given.
	Epoch int
}

// OperatorNames looks up the names of accounts by id. It leaves out unknown ids.
type OperatorNames func(ctx context.Context, ids []string) (map[string]string, error)

// LookUpNames returns the names of a catalogue and of some operators. With look nil, no operator has a name.
func LookUpNames(ctx context.Context, c *catalog.Catalog, look OperatorNames, ids []string) (Names, error) {
	known := map[string]string{}
	if look != nil && len(ids) > 0 {
		var err error
		if known, err = look(ctx, ids); err != nil {
			return Names{}, err
		}
	}
	return Names{Catalog: c, Operator: func(id string) string { return known[id] }}, nil
}

func (n Names) formatPosition(at int64) string {
	return eventstore.Position{Epoch: n.Epoch, N: at}.String()
}

func (n Names) Entity(code catalog.EntityCode) Entity {
	if e, ok := n.Catalog.Entity(code); ok {
		return Entity{Code: code, Name: e.Name}
	}
	return Entity{Code: code, Name: string(code)}
}

// shortName is the entity as people say it.
func (n Names) shortName(code catalog.EntityCode) string {
	if e, ok := n.Catalog.Entity(code); ok {
		return e.Short
	}
	return string(code)
}

func (n Names) OperatorName(id string) string {
	if id == "" || n.Operator == nil {
		return ""
	}
	return n.Operator(id)
}

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

func (n Names) Service(id catalog.ServiceID) Labelled {
	s, _ := n.Catalog.Service(id)
	return Labelled{ID: string(id), Label: cmp.Or(s.Label, string(id))}
}

// Problem labels a problem in the FAQ's words, or in a citizen's. What only operators name is «altro» to the citizen.
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

// byForOperator names an actor as operators read it. requester is the name in the form, for the citizen's own acts.
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

// byForCitizen names an actor to the citizen: the entity, never the operator.
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

// Supervisors stands for the supervisors of an entity as a group, where an account's id stands else.
const Supervisors = "supervisori"

// AssigneeKey is an assignee in a column.
func AssigneeKey(a ticket.Assignee) string {
	if a.Supervisors {
		return Supervisors
	}
	return a.Operator
}
