// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package catalog

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
)

// Catalog holds the content of the data files. It does not change; its methods return copies.
type Catalog struct {
	entities       []entity // in the order of the data file, which is the order of menus
	services       []Service
	national       calendar.Calendar
	autoClose      AutoCloseRule
	handover       HandoverRule
	waiting        WaitingRule
	checks         ChecksRule
	fixedAutoClose time.Duration // see WithAutoCloseAfter
}

// entity is an entity with its calendar and its rules.
type entity struct {
	Entity
	calendar  calendar.Calendar
	autoClose AutoCloseRule
	handover  HandoverRule
	waiting   WaitingRule
	checks    ChecksRule
}

// Entity returns an entity by its code, whether it is valid now or not; false if there is none.
func (c *Catalog) Entity(code EntityCode) (Entity, bool) {
	e, ok := c.find(code)
	return e.Entity, ok
}

// Entities lists the entities that exist at a time, the Region included, in the order of the data.
func (c *Catalog) Entities(at time.Time) []Entity {
	var valid []Entity
	for _, e := range c.entities {
		if e.ValidAt(at) {
			valid = append(valid, e.Entity)
		}
	}
	return valid
}

// AllEntities lists all entities, past and future ones included, in the order of the data.
func (c *Catalog) AllEntities() []Entity {
	all := make([]Entity, len(c.entities))
	for i, e := range c.entities {
		all[i] = e.Entity
	}
	return all
}

// Successor returns the entity that takes over an entity's tickets when it ceases; the Region if the data name no successor.
func (c *Catalog) Successor(code EntityCode) EntityCode {
	if e, ok := c.find(code); ok && e.Successor != "" {
		return e.Successor
	}
	return Region
}

// Service returns a service by its id; false if there is none.
func (c *Catalog) Service(id ServiceID) (Service, bool) {
	i := slices.IndexFunc(c.services, func(s Service) bool { return s.ID == id })
	if i < 0 {
		return Service{}, false
	}
	return c.services[i].clone(), true
}

// Services lists the services in the order of the form.
func (c *Catalog) Services() []Service {
	all := make([]Service, len(c.services))
	for i, s := range c.services {
		all[i] = s.clone()
	}
	return all
}

// Problem returns a problem of a service; false if there is none.
func (c *Catalog) Problem(service ServiceID, problem ProblemID) (Problem, bool) {
	s, ok := c.Service(service)
	if !ok {
		return Problem{}, false
	}
	return s.Problem(problem)
}

// Calendar returns the working calendar of an entity; the national one if the catalogue does not know the code.
func (c *Catalog) Calendar(code EntityCode) calendar.Calendar {
	if e, ok := c.find(code); ok {
		return e.calendar
	}
	return c.national
}

// find returns the entity with a code.
func (c *Catalog) find(code EntityCode) (entity, bool) {
	i := slices.IndexFunc(c.entities, func(e entity) bool { return e.Code == code })
	if i < 0 {
		return entity{}, false
	}
	return c.entities[i], true
}
