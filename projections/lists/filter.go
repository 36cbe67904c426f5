// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
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
	case f.Assignee != "" && role == person.Citizen:
		return f, readmodel.NewFilterError("assignee", refusal.NoAssigneeFilter.With(), "no assignee")
	case utf8.RuneCountInString(f.Q) > MaxSearchLength:
		return f, readmodel.NewFilterError("q", refusal.SearchTooLong.With(), fmt.Sprintf("at most %d characters", MaxSearchLength))
	}
	return f, readmodel.CheckText(map[string]string{"q": f.Q, "assignee": f.Assignee, "entity": string(f.Entity)})
}

// isQueueOnly reports whether the filter has a queue, perhaps an entity, and nothing else.
func (f Filter) isQueueOnly() bool {
	return f.Queue != "" && f.Status == "" && f.Assignee == "" && f.SameCitizenAs == "" && f.Q == ""
}

// conditions returns the filter in SQL. Row-level security, not this filter, decides what the viewer may see.
func (f Filter) conditions(s snapshot, q searchTerms) *readmodel.Conditions {
	c := &readmodel.Conditions{}
	c.Add("%s::timestamptz is not null", s.now) // makes now the argument $1, which citizenStateSQL uses
	citizen := s.viewer.IsCitizen()
	if f.Queue == HandedOverQueue && len(q.handedOver) <= maxCounted { // with more matches, reading in the list's order fills a page soon
		c.Add("t.id = any (%s::text[]::uuid[])", q.handedOver)
	} else {
		addQueueCondition(c, s.viewer, f.Queue)
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
		c.Add("("+matchesWordsSQL("%[1]s", "%[2]s")+" or %[3]s <> '' and t.number >= %[3]s and t.number < %[3]s || ':' or %[4]s <> '' and t.person = %[4]s)",
			q.words, s.now, q.numberPrefix, q.person)
	}
	return c
}

// matchesWordsSQL returns the SQL condition that a ticket contains the words in texts that its readers may see now. The words are parsed
// once for each query; a function would parse them once for each ticket. coalesce keeps the planner, which has no statistics on words, from
// expecting almost no match: it would then read and sort all tickets of an entity for a page that the first rows fill.
func matchesWordsSQL(words, now string) string {
	query := "(select websearch_to_tsquery('pg_catalog.italian', " + words + "::text))"
	return "coalesce(t.search @@ " + query + ", false) and (t.said_until <= " + now + "::timestamptz or " +
		matchFunction + "(t.folded, " + query + ", " + now + "::timestamptz))"
}

// overrideGroundsSQL lists the grounds of hand-overs against the playbook's outcome.
var overrideGroundsSQL = readmodel.QuoteList(ticket.OverrideGrounds())

// addQueueCondition adds the condition that a ticket is in a queue of the viewer. It must agree with countKeys.
func addQueueCondition(c *readmodel.Conditions, v ticketview.Viewer, q QueueID) {
	entity, person := string(v.Actor.Entity), v.Actor.ID
	switch {
	case v.IsCitizen():
		c.Add("t.citizen = %s", person)
		return
	case q == "" || v.IsAuditor():
		return
	case q == HandedOverQueue:
		c.Add("%s = any (t.traces) and t.entity <> %[1]s and t.traces <> '{}' and t.status <> 'chiuso'", entity)
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

// numberPrefixPattern matches a ticket number, or its beginning with at least four digits after the year.
var numberPrefixPattern = regexp.MustCompile(`^[0-9]{4}-[0-9]{4,}$`)

// searchTerms holds what a search looks for: words, the beginning of a ticket number and the person with a tax code. It also holds the
// tickets that were looked up before the list is read: at most maxCounted+1 each.
type searchTerms struct {
	words, numberPrefix, taxCode string
	person                       string   // id of the person with taxCode
	found                        []string // ids
	handedOver                   []string // ids in the queue of hand-overs
	tooMany                      bool     // so many tickets contain the words that none was looked up
}

// isEmpty reports whether there is nothing to search for.
func (q searchTerms) isEmpty() bool { return q.words+q.numberPrefix+q.taxCode == "" }

// parseSearch returns the terms of the filter's search text. One text may be words and a ticket number or tax code at once.
func (f Filter) parseSearch() (s searchTerms) {
	q := strings.TrimSpace(f.Q)
	if code, err := person.ParseTaxCode(q); err == nil {
		s.taxCode = code.String()
	}
	if numberPrefixPattern.MatchString(q) {
		s.numberPrefix = q
	}
	s.words = normalizeForSearch(q)
	return s
}
