// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/representation"
	"github.com/sol-assistenza/sol/projections/lists/searchterms"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// sortOrder is the SQL of a Sort: the key, its type and the direction. Rows with equal keys are sorted by id.
type sortOrder struct {
	key        string
	sqlType    string
	descending bool
}

// sortOrders returns the SQL of every Sort. A citizen's list is sorted by the times that the citizen sees.
func sortOrders(citizen bool) map[Sort]sortOrder {
	updated := "t.updated_at"
	if citizen {
		updated = "(" + citizenStateSQL + " ->> 'at')::timestamptz"
	}
	return map[Sort]sortOrder{
		OldestFirst:      {"t.opened_at", "timestamptz", false},
		NewestFirst:      {"t.opened_at", "timestamptz", true},
		LeastRecentFirst: {updated, "timestamptz", false},
		RecentFirst:      {updated, "timestamptz", true},
		ByNumber:         {"t.number", "text", false},
		ByNumberDown:     {"t.number", "text", true},
		ByRequester:      {"t.requester", "text", false},
		ByRequesterDown:  {"t.requester", "text", true},
	}
}

// citizenStateSQL selects the state that the citizen sees at the moment $1. It must agree with Row.citizenStateAt.
const citizenStateSQL = `(select s from jsonb_array_elements(t.folded -> 'shown') with ordinality e(s, n)
	where n = 1 or (s ->> 'from')::timestamptz <= $1 order by n desc limit 1)`

// MaxSearchLength is the largest length of a search, in characters.
const MaxSearchLength = 200

// validate returns the filter with default values for empty fields. Error: *readmodel.FilterError.
func (f Filter) validate(role person.Role) (Filter, error) {
	if f.Sort == "" {
		f.Sort = RecentFirst
	}
	if f.Limit == 0 {
		f.Limit = readmodel.DefaultLimit
	}
	queues := queuesForRole(role)
	sorts := []Sort{OldestFirst, NewestFirst, LeastRecentFirst, RecentFirst, ByNumber, ByNumberDown, ByRequester, ByRequesterDown}
	switch {
	case f.Queue != "" && !slices.Contains(queues, f.Queue):
		return f, readmodel.NewFilterError("queue", refusal.UnknownQueue.With(), readmodel.JoinValues(queues))
	case f.Status != "" && !slices.Contains(ticket.Statuses(), f.Status):
		return f, readmodel.NewFilterError("status", refusal.UnknownStatus.With(), readmodel.JoinValues(ticket.Statuses()))
	case !slices.Contains(sorts, f.Sort):
		return f, readmodel.NewFilterError("sort", refusal.UnknownSort.With(), readmodel.JoinValues(sorts))
	case f.Limit < 1 || f.Limit > readmodel.MaxLimit:
		return f, readmodel.NewFilterError("limit", refusal.OutOfRange.With(), fmt.Sprintf("1 to %d", readmodel.MaxLimit))
	case f.Representation != "" && !slices.Contains(representation.States(), f.Representation):
		return f, readmodel.NewFilterError("representation", refusal.NotOneOf.With(string(f.Representation)), readmodel.JoinValues(representation.States()))
	case f.Assignee != "" && role == person.Citizen:
		return f, readmodel.NewFilterError("assignee", refusal.NoAssigneeFilter.With(), "no assignee")
	case utf8.RuneCountInString(f.Q) > MaxSearchLength:
		return f, readmodel.NewFilterError("q", refusal.SearchTooLong.With(), fmt.Sprintf("at most %d characters", MaxSearchLength))
	}
	return f, readmodel.CheckText(map[string]string{"q": f.Q, "assignee": f.Assignee, "entity": string(f.Entity)})
}

// isQueueOnly reports whether the filter has a queue, perhaps an entity, and nothing else.
func (f Filter) isQueueOnly() bool {
	return f.Queue != "" && f.Status == "" && f.Assignee == "" && f.SameCitizenAs == "" && f.Representation == "" && f.Q == ""
}

// showsTraces reports whether the list has tickets that the viewer's entity handed over, in a part of their own.
func (f Filter) showsTraces(v ticketview.Viewer) bool {
	return f.Queue == HandedOverQueue || f.Queue == AllQueue && v.Actor.Entity != "" && v.Actor.Role.Operates()
}

// listConditions are the conditions of a list, and its parts: no ticket is in two.
type listConditions struct {
	*readmodel.Conditions
	parts []listPart
}

// listPart is the part of a list that comes from one table, with a further condition.
type listPart struct {
	table     string
	condition string
}

// conditions returns the filter in SQL. Row-level security, not this filter, decides what the viewer may see.
func (f Filter) conditions(s snapshot, q searchTerms) listConditions {
	c := &readmodel.Conditions{}
	c.Add("%s::timestamptz is not null", s.now) // makes now the argument $1, which citizenStateSQL uses
	citizen := s.viewer.IsCitizen()
	tickets := s.table(ticketsTable.Name)
	parts := []listPart{{tickets, "true"}}
	if policy.Off {
		parts = append(parts, listPart{s.table(tracesTable.Name), "true"})
	} else if f.showsTraces(s.viewer) {
		entity := string(s.viewer.Actor.Entity)
		var traces string
		if len(q.handedOver) <= maxCounted {
			traces = "t.id = any (" + c.Arg(q.handedOver) + "::text[]::uuid[])"
		} else { // with more matches, reading in the list's order fills a page soon
			traces = strings.ReplaceAll("ENTITY = any (t.traces) and t.entity <> ENTITY and t.traces <> '{}'", "ENTITY", c.Arg(entity))
		}
		if f.Queue == HandedOverQueue {
			c.Add("t.status <> 'chiuso'")
			parts = []listPart{{tickets, traces}}
		} else {
			parts = []listPart{{tickets, "t.entity = " + c.Arg(entity)}, {tickets, traces}}
		}
	} else {
		addQueueCondition(c, s.viewer, f.Queue)
	}
	// The traces of tickets that the entity does not see any more. Row-level security shows a ticket either there or among the tickets.
	if !policy.Off && s.viewer.Actor.Role.Operates() && (f.Queue == "" || f.showsTraces(s.viewer)) {
		parts = append(parts, listPart{s.table(tracesTable.Name), "t.holder = " + c.Arg(string(s.viewer.Actor.Entity))})
	}
	if f.Status != "" {
		if citizen {
			c.Add(citizenStateSQL+" -> 'state' ->> 'Status' = %s", string(f.Status))
		} else {
			c.Add("t.status = %s", string(f.Status))
		}
	}
	if f.Entity != "" {
		if citizen {
			c.Add(citizenStateSQL+" -> 'state' ->> 'Entity' = %s", string(f.Entity))
		} else {
			c.Add("t.entity = %s", string(f.Entity))
		}
	}
	switch f.Assignee {
	case "":
	case NoAssignee:
		c.Add("t.assignee = ''")
	default:
		c.Add("t.assignee = %s", f.Assignee)
	}
	if f.Representation != "" {
		c.Add(representedSQL(f.Representation, representation.Today(s.now)))
	}
	if citizen && !q.isEmpty() { // a search would tell what a text says that the citizen does not read any more
		c.Add("coalesce(t.folded -> 'state' ->> 'Representation' <> 'refused' and coalesce(t.folded -> 'state' ->> 'RepresentedUntil' >= %s, true), true)",
			representation.Today(s.now))
	}
	// The tickets of the same citizen are looked up first. The planner has no statistics on persons: it would expect thousands of matches and
	// read all tickets in the list's order.
	if f.SameCitizenAs != "" {
		c.Add(`t.id = any (array(select s.id from `+s.table("tickets")+` s where s.person <> '' and s.id <> %s::text::uuid
			and s.person = (select o.person from `+s.table("tickets")+` o where o.id = %[1]s::text::uuid)))`, string(f.SameCitizenAs))
	}
	switch {
	case q.isEmpty():
	case len(q.found) <= maxCounted && !q.tooMany:
		c.Add("t.id = any (%s::text[]::uuid[])", q.found)
	default: // with more matches, reading in the list's order fills a page soon
		c.Add(matchesWordsSQL("%[1]s", "%[2]s"), q.query.JSON(), s.now)
	}
	return listConditions{c, parts}
}

// representedSQL returns the condition of tickets by the latest check of the representation, at a day. Its values are texts, so that partial indexes
// serve it.
func representedSQL(r ticket.Representation, day string) string {
	const state, until = "t.folded -> 'state' ->> 'Representation'", "t.folded -> 'state' ->> 'RepresentedUntil'"
	switch r {
	case ticket.Unchecked:
		return "(" + state + " = 'unverified' or " + until + " < '" + day + "')"
	case ticket.Confirmed:
		return state + " = 'verified' and coalesce(" + until + " >= '" + day + "', true)"
	case ticket.Rejected:
		return state + " = 'refused'"
	}
	panic("lists: no such representation: " + string(r)) // validate checked it
}

// matchesWordsSQL returns the SQL condition that a ticket matches a search in what its readers may see now. The search is parsed
// once for each query; a function would parse them once for each ticket. coalesce keeps the planner, which has no statistics on words, from
// expecting almost no match: it would then read and sort all tickets of an entity for a page that the first rows fill.
func matchesWordsSQL(words, now string) string {
	query := "(select " + queryFunction + "(" + words + "::jsonb))"
	return "coalesce(t.search @@ " + query + ", false) and (t.said_until <= " + now + "::timestamptz or " +
		matchFunction + "(t.folded, " + query + ", " + now + "::timestamptz))"
}

// overrideGroundsSQL lists the grounds of hand-overs against the playbook's outcome.
var overrideGroundsSQL = readmodel.QuoteList(ticket.OverrideGrounds())

// addQueueCondition adds the condition that a ticket is in a queue of the viewer without traces. It must agree with countKeys.
func addQueueCondition(c *readmodel.Conditions, v ticketview.Viewer, q QueueID) {
	entity, person := string(v.Actor.Entity), v.Actor.ID
	switch {
	case v.IsCitizen():
		c.Add("t.citizen = %s", person)
		return
	case q == "" || v.Actor.Role.Audits():
		return
	}
	if q == OverrideQueue {
		handover := "t.folded -> 'state' -> 'Handover'"
		c.Add(handover+" ->> 'Ground' in ("+overrideGroundsSQL+") and t.status <> 'chiuso' and (%s = '"+string(catalog.Region)+"' or "+
			handover+" ->> 'ASR' = %[1]s)", entity)
		return
	}
	c.Add("t.entity = %s", entity)
	switch q {
	case NewQueue:
		c.Add("(t.status in ('nuovo', 'non_di_competenza') or t.status = 'in_lavorazione' and t.assignee = '')")
	case MyQueue:
		c.Add("t.assignee = %s and t.status not in ('risolto', 'chiuso')", person)
	case GroupQueue:
		c.Add("t.assignee = '" + ticket.Supervisors + "' and t.status not in ('risolto', 'chiuso')")
	case InProgressQueue:
		c.Add("t.status = 'in_lavorazione'")
	case WaitingQueue:
		c.Add("t.status = 'in_attesa_utente'")
	case SolvedQueue:
		c.Add("t.status = 'risolto'")
	case AllQueue, HandedOverQueue, OverrideQueue:
	}
}

// searchTerms holds what a search looks for. It also holds the tickets that were looked up before the list is read: at most maxCounted+1
// each.
type searchTerms struct {
	query      searchterms.Query
	found      []string // ids
	handedOver []string // ids of the tickets that the entity has a trace of
	tooMany    bool     // so many tickets match that none was looked up
}

// isEmpty reports whether there is nothing to search for.
func (q searchTerms) isEmpty() bool { return q.query.IsEmpty() }

// parseSearch returns the terms of the filter's search text.
func (r *Reader) parseSearch(f Filter) searchTerms { return searchTerms{query: r.ParseSearch(f.Q)} }

// ParseSearch returns what a search text looks for.
func (r *Reader) ParseSearch(q string) searchterms.Query {
	return searchterms.Parse(q, func(value string) []string { return r.store.KeyedHashes(searchterms.Purpose, value) })
}
