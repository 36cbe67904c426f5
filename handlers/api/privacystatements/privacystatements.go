// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package privacystatements adds the operations of the entities' privacy statements to the API.
package privacystatements

import (
	"context"
	"net/http"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/privacystatement"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/api/operation"
	"github.com/sol-assistenza/sol/handlers/app/privacystatements"
)

// Operations holds what the operations call.
type Operations struct {
	Statements *privacystatements.Service
}

type statementInput struct {
	Entity  string `path:"entity" maxLength:"100" example:"010301"`
	Version int    `query:"version" minimum:"0" doc:"Left out: the version in force"`
}

type statementOutput struct{ Body privacystatements.Statement }

type publishInput struct {
	Entity string `path:"entity" maxLength:"100" example:"010301"`
	Body   struct {
		Text string `json:"text" doc:"Plain text, at most 50000 characters; an empty line separates paragraphs"`
	}
}

// Register adds the operations to an API.
func (o Operations) Register(r operation.Registry) {
	find := func(ctx context.Context, _ operation.Caller, in *statementInput) (*statementOutput, error) {
		n, found, err := o.Statements.Find(ctx, catalog.EntityCode(in.Entity), in.Version)
		switch {
		case err != nil || found:
		case in.Version == 0:
			n.Entity = catalog.EntityCode(in.Entity)
		default:
			err = &ticket.NotVisibleError{}
		}
		return &statementOutput{n}, err
	}
	operation.Add(r, operation.Operation{
		ID: "get-privacy-statement", Method: http.MethodGet, Path: "/api/v1/entities/{entity}/privacy-statement", Tag: "catalogue",
		Summary: "Privacy statement of an entity", Description: "What a form shows once the ASR is chosen (GDPR, article 13). Send its version with the request, as privacy_statement. Version 0 has no text: the entity has published none.",
		Public: true, ErrorStatuses: []int{http.StatusNotFound},
	}, find)
	operation.Add(r, operation.Operation{
		ID: "publish-privacy-statement", Method: http.MethodPost, Path: "/api/v1/entities/{entity}/privacy-statement", Tag: "service",
		Summary: "Publish a privacy statement", Description: "For administrators: a new version, in force at once. Requests keep the version that they were shown.",
		Action: policy.Administer,
	}, func(ctx context.Context, c operation.Caller, in *publishInput) (*statementOutput, error) {
		if err := o.Statements.Publish(ctx, c.Actor, privacystatement.Publish{Entity: catalog.EntityCode(in.Entity), Text: in.Body.Text}); err != nil {
			return nil, err
		}
		return find(ctx, c, &statementInput{Entity: in.Entity})
	})
}
