// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package document

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
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

// NewCatalogue returns the catalogue as it is valid at a time.
func NewCatalogue(from *catalog.Catalog, playbooks *playbook.Library, now time.Time) Catalogue {
	c := Catalogue{Entities: []CatalogueEntity{}, Services: []CatalogueService{}, Statuses: []CatalogueStatus{}}
	for _, e := range from.Entities(now) {
		c.Entities = append(c.Entities, CatalogueEntity{e.Code, e.Name, e.Short, e.Kind, e.Seat})
	}
	for _, s := range from.Services() {
		service := CatalogueService{ID: s.ID, Label: s.Label, Problems: []CatalogueProblem{}}
		for _, p := range s.Problems {
			run, _ := playbooks.Select(s.ID, p.ID, false)
			service.Problems = append(service.Problems, CatalogueProblem{p.ID, p.Label, p.CitizenLabel, run.Playbook})
		}
		c.Services = append(c.Services, service)
	}
	for _, s := range ticket.Statuses() {
		c.Statuses = append(c.Statuses, CatalogueStatus{s, s.Label()})
	}
	return c
}
