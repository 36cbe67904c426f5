// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// Catalogue holds the entities, services, problems and statuses for forms and menus.
type Catalogue struct {
	Entities []CatalogueEntity  `json:"entities" doc:"The entities that are valid today, including the Region"`
	Services []CatalogueService `json:"services"`
	Statuses []CatalogueStatus  `json:"statuses" doc:"In the order of the lifecycle"`
}

// CatalogueEntity is a health authority or the Region.
type CatalogueEntity struct {
	Code  catalog.EntityCode `json:"code" example:"010301"`
	Name  string             `json:"name"`
	Short string             `json:"short"`
	Kind  catalog.Kind       `json:"kind" enum:"asl,ao,aou,regione"`
	Seat  string             `json:"seat"`
}

// CatalogueService is an on-line service with its problems.
type CatalogueService struct {
	ID       catalog.ServiceID  `json:"id"`
	Label    string             `json:"label"`
	Problems []CatalogueProblem `json:"problems"`
}

// CatalogueProblem is a problem of a service.
type CatalogueProblem struct {
	ID           catalog.ProblemID `json:"id"`
	Label        string            `json:"label" doc:"For operators"`
	CitizenLabel string            `json:"citizen_label,omitempty" doc:"For citizens; absent if only operators may choose the problem"`
	Playbook     playbook.ID       `json:"playbook,omitempty" doc:"The playbook that the problem starts; absent if none"`
}

// CatalogueStatus is a status with its label.
type CatalogueStatus struct {
	ID    ticket.Status `json:"id"`
	Label string        `json:"label"`
}

type catalogueOutput struct {
	Body Catalogue
}

// OperatorList is the operator menu (FAQ 2.3).
type OperatorList struct {
	Items  []MenuOperator `json:"items"`
	Groups []MenuGroup    `json:"groups" doc:"Assignees that are not persons"`
}

// MenuOperator is an operator to whom a ticket can be assigned.
type MenuOperator struct {
	ID       string      `json:"id"`
	Username string      `json:"username"`
	Name     string      `json:"name"`
	Role     person.Role `json:"role"`
}

// MenuGroup is an assignee that is not a person: the supervisors or the Region.
type MenuGroup struct {
	ID   string `json:"id" example:"supervisori"`
	Name string `json:"name"`
}

type operatorsOutput struct {
	Body OperatorList
}

// registerCatalogue adds the endpoints of the catalogue and of the operator menu.
func (a *API) registerCatalogue() {
	register(a, endpoint{
		id: "get-catalogue", method: http.MethodGet, path: "/api/v1/catalog", tag: "catalogue",
		summary: "Entities, services, problems, statuses", public: true,
	}, func(context.Context, caller, *struct{}) (*catalogueOutput, error) {
		return &catalogueOutput{a.catalogue()}, nil
	})
	register(a, endpoint{
		id: "list-operators", method: http.MethodGet, path: "/api/v1/operators", tag: "catalogue",
		summary: "The operator menu of my entity", description: "The persons and groups to whom a ticket can be assigned (FAQ 2.3).", action: policy.ListOperators,
	}, a.listOperators)
}

func (a *API) catalogue() Catalogue {
	c := Catalogue{Entities: []CatalogueEntity{}, Services: []CatalogueService{}, Statuses: []CatalogueStatus{}}
	for _, e := range a.App.Catalog.Entities(a.App.Store.Now()) {
		c.Entities = append(c.Entities, CatalogueEntity{e.Code, e.Name, e.Short, e.Kind, e.Seat})
	}
	for _, s := range a.App.Catalog.Services() {
		service := CatalogueService{ID: s.ID, Label: s.Label, Problems: []CatalogueProblem{}}
		for _, p := range s.Problems {
			run, _ := a.App.Playbooks.Select(s.ID, p.ID, false)
			service.Problems = append(service.Problems, CatalogueProblem{p.ID, p.Label, p.CitizenLabel, run.Playbook})
		}
		c.Services = append(c.Services, service)
	}
	for _, s := range ticket.Statuses() {
		c.Statuses = append(c.Statuses, CatalogueStatus{s, s.Label()})
	}
	return c
}

func (a *API) listOperators(ctx context.Context, c caller, _ *struct{}) (*operatorsOutput, error) {
	colleagues, err := a.App.Identity.ListOperators(ctx, c.Actor.Entity)
	if err != nil {
		return nil, err
	}
	list := OperatorList{Items: []MenuOperator{}, Groups: []MenuGroup{{ticket.Supervisors, "Supervisori"}}}
	for _, o := range colleagues {
		list.Items = append(list.Items, MenuOperator{o.ID, o.Username, o.Name, o.Role})
	}
	if c.Actor.Entity != catalog.Region {
		list.Groups = append(list.Groups, MenuGroup{string(catalog.Region), "Regione Piemonte"})
	}
	return &operatorsOutput{list}, nil
}
