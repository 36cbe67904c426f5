// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"

	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/app/agreements"
)

type agreementsOutput struct{ Body agreements.AgreementList }

type agreementInput struct{ Body agreements.AgreementRequest }

// registerAgreements adds the endpoints of administrators over the agreements of entities.
func (a *API) registerAgreements() {
	of := func(id, method, path, summary, description string) endpoint {
		return endpoint{
			id: id, method: method, path: "/api/v1/agreements" + path, tag: "service", summary: summary, description: description, action: policy.Administer,
			errorStatuses: []int{http.StatusConflict},
		}
	}
	list := func(ctx context.Context, _ caller, _ *struct{}) (*agreementsOutput, error) {
		all, err := a.App.Agreements.List(ctx)
		return &agreementsOutput{all}, err
	}
	register(a, endpoint{
		id: "list-agreements", method: http.MethodGet, path: "/api/v1/agreements", tag: "service", action: policy.Administer, summary: "Agreements of entities",
		description: "For administrators: what entities agreed about records of their employees' work (law 300/1970, article 4), with the history. Without an agreement a use is off.",
	}, list)
	register(a, of("record-agreement", http.MethodPost, "", "Record an agreement", "The use begins at once. 409 if the entity has an agreement about the use already."),
		func(ctx context.Context, c caller, in *agreementInput) (*agreementsOutput, error) {
			if err := a.App.Agreements.Record(ctx, c.Actor, agreement.Record(in.Body)); err != nil {
				return nil, err
			}
			return list(ctx, c, nil)
		})
	register(a, of("end-agreement", http.MethodPost, "/end", "End an agreement", "The use is off at once. The reference is that of the document that ends it; signed_on is not used. 409 if there is no agreement."),
		func(ctx context.Context, c caller, in *agreementInput) (*agreementsOutput, error) {
			if err := a.App.Agreements.End(ctx, c.Actor, agreement.End{Entity: in.Body.Entity, Use: in.Body.Use, Reference: in.Body.Reference}); err != nil {
				return nil, err
			}
			return list(ctx, c, nil)
		})
}
