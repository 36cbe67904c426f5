// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/app/answers"
)

type unusualInput struct {
	Examined bool   `query:"examined" doc:"True: findings that were examined; otherwise those that were not"`
	Cursor   string `query:"cursor" maxLength:"100" doc:"next_cursor of the previous page"`
	Limit    int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type unusualOutput struct{ Body answers.UnusualList }

type examinationInput struct {
	ID   int64 `path:"id"`
	Body answers.ExaminationRequest
}

// registerUnusual adds the endpoints of data protection officers over findings of unusual reading.
func (a *API) registerUnusual() {
	register(a, endpoint{
		id: "list-unusual-reading", method: http.MethodGet, path: "/api/v1/unusual-reading", tag: "audit", action: policy.ReadUnusual, summary: "Findings of unusual reading",
		description: "For data protection officers: what the rules find in the access log of their entity, or of all for the Region's, for entities with an agreement. The look leaves a record itself.",
	}, func(ctx context.Context, c caller, in *unusualInput) (*unusualOutput, error) {
		before, err := parseRecordCursor(in.Cursor)
		if err != nil {
			return nil, err
		}
		list, next, err := answers.New(a.App).UnusualPage(ctx, c.Caller, in.Examined, before, in.Limit)
		list.NextCursor = recordCursor(next)
		return &unusualOutput{list}, err
	})
	register(a, endpoint{
		id: "examine-unusual-reading", method: http.MethodPost, path: "/api/v1/unusual-reading/{id}/examination", tag: "audit", action: policy.ReadUnusual, status: http.StatusNoContent,
		summary: "Mark a finding as examined", description: "Once: it is not changed afterwards.", errorStatuses: []int{http.StatusNotFound, http.StatusConflict},
	}, func(ctx context.Context, c caller, in *examinationInput) (*struct{}, error) {
		return nil, answers.New(a.App).Examine(ctx, c.Caller, in.ID, in.Body.Text)
	})
}
