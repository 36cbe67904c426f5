// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/answers"
)

type ownAccessesInput struct {
	ID     string `path:"id" format:"uuid"`
	Cursor string `query:"cursor" maxLength:"100" doc:"next_cursor of the previous page"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// OwnAccess is one look of somebody else at the citizen's ticket.
type OwnAccess struct {
	At       time.Time          `json:"at"`
	Entity   catalog.EntityCode `json:"entity,omitempty" doc:"Structure of who looked; absent for those who work for the whole service"`
	Role     person.Role        `json:"role"`
	RoleName string             `json:"role_name" doc:"Italian"`
	Kind     accesslog.Kind     `json:"kind"`
	Purpose  string             `json:"purpose" doc:"Italian"`
}

// OwnListing counts the lists of a kind that showed the citizen's ticket on a day.
type OwnListing struct {
	Day      string             `json:"day" doc:"In Rome" example:"2026-03-02"`
	Entity   catalog.EntityCode `json:"entity,omitempty"`
	Role     person.Role        `json:"role"`
	RoleName string             `json:"role_name" doc:"Italian"`
	Kind     accesslog.Kind     `json:"kind"`
	Purpose  string             `json:"purpose" doc:"Italian"`
	Count    int                `json:"count"`
	First    time.Time          `json:"first"`
	Last     time.Time          `json:"last"`
}

// OwnAccessList says who looked at the citizen's ticket.
type OwnAccessList struct {
	Items      []OwnAccess  `json:"items" doc:"Looks at the ticket and searches for the citizen, the newest first, without those of the citizen"`
	Listings   []OwnListing `json:"listings" doc:"Lists that showed the ticket, by day; on the first page only"`
	NextCursor string       `json:"next_cursor,omitempty" doc:"Absent on the last page"`
}

type ownAccessesOutput struct{ Body OwnAccessList }

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
		out := OwnAccessList{Items: []OwnAccess{}, Listings: []OwnListing{}, NextCursor: recordCursor(answer.Before)}
		for _, l := range answer.Looks {
			out.Items = append(out.Items, OwnAccess{l.At, l.Entity, l.Role, answers.RoleName(l.Role, l.Link), l.Kind, answers.Purpose(l.Kind)})
		}
		for _, l := range answer.Listings {
			out.Listings = append(out.Listings, OwnListing{
				l.Day.Format(time.DateOnly), l.Entity, l.Role, answers.RoleName(l.Role, false), l.Kind, answers.Purpose(l.Kind), l.Looks, l.First, l.Last,
			})
		}
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
