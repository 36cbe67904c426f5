// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package answers

import (
	"context"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accessreport"
	"github.com/sol-assistenza/sol/handlers/app/unusual"
)

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

// OwnAccessList lists the looks at the citizen's ticket.
type OwnAccessList struct {
	Items      []OwnAccess  `json:"items" doc:"Looks at the ticket and searches for the citizen, the newest first, without those of the citizen"`
	Listings   []OwnListing `json:"listings" doc:"Lists that showed the ticket, by day; on the first page only"`
	NextCursor string       `json:"next_cursor,omitempty" doc:"Absent on the last page"`
}

// AccessRecord is one record of the access log.
type AccessRecord struct {
	Position    int64              `json:"position" doc:"Of the record; records are numbered without a gap. Negative: of an earlier release, which recorded less"`
	At          time.Time          `json:"at"`
	Account     string             `json:"account" doc:"Who looked: an account, or the ticket's id for the holder of its personal link"`
	Role        person.Role        `json:"role"`
	Entity      catalog.EntityCode `json:"entity,omitempty"`
	Kind        accesslog.Kind     `json:"kind"`
	Outcome     accesslog.Outcome  `json:"outcome"`
	Controller  catalog.EntityCode `json:"controller,omitempty"`
	Ticket      ticket.ID          `json:"ticket,omitempty"`
	Number      string             `json:"number,omitempty" doc:"Of the ticket"`
	Shown       []ticket.ID        `json:"shown" doc:"Tickets of which a list showed personal data"`
	Detail      string             `json:"detail,omitempty"`
	Address     string             `json:"address,omitempty"`
	Workstation string             `json:"workstation,omitempty"`
	CommandLine bool               `json:"command_line"`
	Purpose     string             `json:"purpose,omitempty"`
}

// AccessRecordList is one page of access records, the newest first.
type AccessRecordList struct {
	Items      []AccessRecord `json:"items"`
	NextCursor string         `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	accesslog.Coverage
}

// AccessReport lists the persons whose data were seen.
type AccessReport struct {
	Summary  accessreport.Summary `json:"summary"`
	Items    []accessreport.Row   `json:"items" doc:"Tickets of the persons concerned; those of one person follow each other"`
	Complete bool                 `json:"complete" doc:"False: there are more than limit. sol access report has all"`
}

// Unusual is a finding of unusual reading.
type Unusual struct {
	ID          int64              `json:"id"`
	Rule        string             `json:"rule"`
	Title       string             `json:"title" doc:"Of the rule, Italian"`
	Entity      catalog.EntityCode `json:"entity" doc:"Placement of who read"`
	Account     string             `json:"account" doc:"Who read"`
	Day         string             `json:"day" doc:"In Rome" example:"2026-03-02"`
	Count       int                `json:"count" doc:"Number of tickets"`
	Examination *Examination       `json:"examination,omitempty" doc:"Absent while nobody has examined it"`
}

// Examination says who has examined a finding, when, and what came of it.
type Examination struct {
	By     string    `json:"by" doc:"Account of the data protection officer"`
	At     time.Time `json:"at"`
	Text   string    `json:"text" doc:"Empty once the access log of its month was dropped"`
	Erased bool      `json:"erased,omitempty"`
}

// UnusualList is one page of findings, the newest first.
type UnusualList struct {
	Items      []Unusual `json:"items"`
	NextCursor string    `json:"next_cursor,omitempty" doc:"Absent on the last page"`
}

// ExaminationRequest says what came of the examination of a finding.
type ExaminationRequest struct {
	Text string `json:"text" maxLength:"20000" doc:"What was checked, and why that is enough; at most 2000 characters"`
}

// UnusualPage returns a page of findings as the API gives them, without a cursor, and the id before which the next page begins (0: there is none).
// It is Unusual otherwise.
func (s *Service) UnusualPage(ctx context.Context, by app.Caller, examined bool, before int64, limit int) (list UnusualList, next int64, err error) {
	list.Items = []Unusual{}
	found, err := s.Unusual(ctx, by, examined, before, limit+1)
	if len(found) > limit {
		found = found[:limit]
		next = found[limit-1].ID
	}
	for _, f := range found {
		rule, _ := unusual.FindRule(f.Rule)
		one := Unusual{ID: f.ID, Rule: f.Rule, Title: rule.Title, Entity: f.Entity, Account: f.Person, Day: f.Day.Format(time.DateOnly), Count: f.Count}
		if e := f.Examination; e != nil {
			one.Examination = &Examination{e.By, e.At.UTC(), e.Text, e.Erased}
		}
		list.Items = append(list.Items, one)
	}
	return list, next, err
}

// List returns an answer as the API gives it, without a cursor.
func (a CitizenAnswer) List() OwnAccessList {
	out := OwnAccessList{Items: []OwnAccess{}, Listings: []OwnListing{}}
	for _, l := range a.Looks {
		out.Items = append(out.Items, OwnAccess{l.At, l.Entity, l.Role, RoleName(l.Role, l.Link), l.Kind, Purpose(l.Kind)})
	}
	for _, l := range a.Listings {
		out.Listings = append(out.Listings, OwnListing{
			l.Day.Format(time.DateOnly), l.Entity, l.Role, RoleName(l.Role, false), l.Kind, Purpose(l.Kind), l.Looks, l.First, l.Last,
		})
	}
	return out
}

// Record returns a record as the API gives it.
func (f Found) Record() AccessRecord {
	shown := f.Shown
	if shown == nil {
		shown = []ticket.ID{}
	}
	return AccessRecord{
		Position: f.ID, At: f.At, Account: f.By.ID, Role: f.By.Role, Entity: f.By.Entity, Kind: f.Kind, Outcome: f.Outcome, Controller: f.Controller, Ticket: f.Ticket,
		Number: f.Number, Shown: shown, Detail: f.Detail, Address: f.Address, Workstation: f.Workstation, CommandLine: f.CommandLine, Purpose: f.Purpose,
	}
}

// NewRecordList returns records as the API gives them, without a cursor.
func NewRecordList(found []Found) AccessRecordList {
	list := AccessRecordList{Items: []AccessRecord{}}
	for _, f := range found {
		list.Items = append(list.Items, f.Record())
	}
	return list
}
