// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// decideOpen opens a ticket. It checks the whole form and refuses it with all wrong fields at once (FAQ 2.2).
func (r Engine) decideOpen(s ticket.State, c ticket.Open, by person.Actor, now time.Time) ([]ticket.Event, error) {
	to, err := nextStatus(s, ticket.MoveOpen)
	if err != nil {
		return nil, err
	}
	if !mayMove(s, ticket.MoveOpen, by) {
		return nil, &ticket.ForbiddenError{Reason: refusal.RoleOpensNone.With()}
	}
	if by.Role == person.Integration && by.Entity != "" && by.Entity != c.Entity {
		return nil, &ticket.ForbiddenError{Reason: refusal.TokenEntity.With()}
	}
	var wrong fieldErrors
	if c.LinkedTo == "" { // a linked ticket keeps the classification and entity of the closed ticket
		r.checkClassification(&wrong, c.Service, c.Problem, by)
		r.checkEntity(&wrong, "entity", c.Entity, now)
	}
	if c.Service == ticket.OperatorsForm && c.Requester != ticket.AsOperator {
		wrong.add("requester.role", refusal.OperatorsFormOnly.With(), string(ticket.AsOperator))
	}
	wrong.requireOneOf("requester.role", string(c.Requester),
		string(ticket.ForSelf), string(ticket.ForMinor), string(ticket.ForDelegator), string(ticket.ForWard), string(ticket.ForDeceased), string(ticket.AsOperator))
	f := c.Form
	wrong.requireText("requester.given_name", f.GivenName, ticket.MaxNameLength)
	wrong.requireText("requester.family_name", f.FamilyName, ticket.MaxNameLength)
	if code, err := person.ParseTaxCode(f.TaxCode); err != nil {
		wrong.addIdentifier("requester.tax_code", err)
	} else {
		f.TaxCode = code.String()
	}
	f.Email = requireEmail(&wrong, c)
	if f.Phone, err = person.ParsePhone(f.Phone); err != nil {
		wrong.addIdentifier("requester.phone", err)
	}
	wrong.requireValidText("requester.on_behalf_of", f.OnBehalfOf)
	wrong.requireValidText("iuv", f.IUV)
	wrong.requireText("description", f.Description, ticket.MaxTextLength)
	wrong.checkAttachments("attachments", c.Attachments, f.FileNames)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	competent := c.Entity
	if c.Service == ticket.OperatorsForm {
		competent = catalog.Region
	}
	opened := ticket.Opened{
		Number: c.Number, Service: c.Service, Problem: c.Problem, Entity: competent, ChosenEntity: c.Entity, Channel: c.Channel,
		Identity: c.Identity, Citizen: c.Citizen, Subject: c.Subject, Person: c.Person, OtherPerson: c.OtherPerson, Requester: c.Requester,
		Facilitated: c.Facilitated, LinkedTo: c.LinkedTo, NoEmail: f.Email == "", Attachments: c.Attachments, Original: c.Original,
		Unverified: f.IsUnverified(), Status: to, Statement: c.Statement, Personal: &f,
	}
	opened.Represented = opened.NamesAnother()
	return []ticket.Event{opened}, nil
}

// checkClassification checks that the service exists and has the problem, and that the actor may choose it: some problems are for operators
// only.
func (r Engine) checkClassification(wrong *fieldErrors, service catalog.ServiceID, problem catalog.ProblemID, by person.Actor) {
	known, ok := r.Catalog.Service(service)
	if !ok {
		var ids []string
		for _, s := range r.Catalog.Services() {
			ids = append(ids, string(s.ID))
		}
		wrong.requireOneOf("service", string(service), ids...)
		return
	}
	var ids []string
	for _, p := range known.Problems {
		if p.ForCitizens() || by.Role.Operates() {
			ids = append(ids, string(p.ID))
		}
	}
	wrong.requireOneOf("problem", string(problem), ids...)
}

// checkEntity checks that the entity is an ASR that is active at now.
func (r Engine) checkEntity(wrong *fieldErrors, field string, code catalog.EntityCode, now time.Time) {
	const allowed = "the ministerial code of a working health authority, e.g. 010301"
	entity, ok := r.Catalog.Entity(code)
	switch {
	case !ok || code == catalog.Region:
		wrong.add(field, refusal.UnknownAuthority.With(cutInput(string(code))), allowed)
	case !entity.ValidAt(now) && now.Before(entity.ValidFrom):
		wrong.add(field, refusal.AuthorityNotYetActive.With(entity.Name), allowed)
	case !entity.ValidAt(now):
		wrong.add(field, refusal.AuthorityCeased.With(entity.Name, string(r.Catalog.Successor(code))), allowed)
	}
}
