// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/api/document"
)

type catalogueOutput struct {
	Body document.Catalogue
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
		return &catalogueOutput{document.NewCatalogue(a.App.Catalog, a.App.Playbooks, a.App.Store.Now())}, nil
	})
	register(a, endpoint{
		id: "list-operators", method: http.MethodGet, path: "/api/v1/operators", tag: "catalogue",
		summary: "The operator menu of my entity", description: "The persons and groups to whom a ticket can be assigned (FAQ 2.3).", action: policy.ListOperators,
	}, a.listOperators)
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
