// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/answers"
)

type ownAccessesInput struct {
	ID     string `path:"id" format:"uuid"`
	Cursor string `query:"cursor" maxLength:"100" doc:"next_cursor of the previous page"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type ownAccessesOutput struct{ Body answers.OwnAccessList }

// registerOwnAccesses adds the endpoint with which a citizen asks who looked at a ticket.
func (a *API) registerOwnAccesses() {
	register(a, endpoint{
		id: "list-own-accesses", method: http.MethodGet, path: "/api/v1/tickets/{id}/accesses", tag: "tickets",
		summary: "Who looked at my ticket",
		description: "For the verified citizen whose ticket it is: structure, role, time and purpose of each look, without the names of employees. A personal link is " +
			"not enough. The records of at least 24 months are kept.",
		action: policy.ReadOwnAccesses, errorStatuses: []int{http.StatusNotFound},
	}, func(ctx context.Context, c caller, in *ownAccessesInput) (*ownAccessesOutput, error) {
		if c.Link != "" {
			return nil, forbidden.detail("A personal link is not enough: log in as the citizen.")
		}
		before, err := parseRecordCursor(in.Cursor)
		if err != nil {
			return nil, err
		}
		answer, err := answers.New(a.App).ForCitizen(ctx, c.Caller, ticket.ID(in.ID), before, in.Limit)
		if err != nil {
			return nil, err
		}
		out := answer.List()
		out.NextCursor = recordCursor(answer.Before)
		return &ownAccessesOutput{out}, nil
	})
}

// recordCursor returns the cursor of the page before a position of the access log; "" for 0.
func recordCursor(before int64) string {
	if before == 0 {
		return ""
	}
	return strconv.FormatInt(before, 10)
}

// parseRecordCursor returns the position of a cursor; 0 for "".
func parseRecordCursor(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	before, err := strconv.ParseInt(text, 10, 64)
	if err != nil || before == 0 {
		return 0, invalidField("cursor", "is no cursor that a page gave", "next_cursor of the page before")
	}
	return before, nil
}
