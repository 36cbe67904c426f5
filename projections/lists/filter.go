// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// sortOrder is what an order means in SQL: a key, its type, and which way. The id decides between equal keys.
type sortOrder struct {
	key        string
	sqlType    string
	descending bool
}

// sortOrders of a list. A citizen's list goes by what the citizen sees.
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

// citizenStateSQL is where the ticket stands for its citizen at the moment $1: Row.shownAt in SQL.
const citizenStateSQL = `(select s from jsonb_array_elements(t.folded -> 'shown') with ordinality e(s, n)
	where n = 1 or (s ->> 'from')::timestamptz <= $1 order by n desc limit 1)`

// MaxSearchLength bounds a search, characters.
const MaxSearchLength = 200

// validate refuses what no list can be made from, and fills in what was not asked for.
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

// isQueueOnly tells that nothing but the queue, and perhaps an entity, was asked for.
func (f Filter) isQueueOnly() bool {
	return f.Queue != "" && f.Status == "" && f.Assignee == "" && f.SameCitizenAs == "" && f.Q == ""
}

// conditions says the filter in SQL. Whom it shows is the policy's affair; here stands what was asked for.
func (f Filter) conditions(s snapshot, q searchTerms) *readmodel.Conditions {
	c := &readmodel.Conditions{}
	c.Add("%s::timestamptz is not null", s.now) // $1, see seenByCitizen
	citizen := s.viewer.IsCitizen()
	if f.Queue == HandedOverQueue && len(q.handedOver) <= maxCounted { // of more, a page in any order is soon full
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
	if f.SameCitizenAs != "" { // looked up first: the planner, which knows nothing of subjects, takes a citizen's tickets for thousands, and reads all in order
		c.Add(`t.id = any (array(select s.id from `+s.table("tickets")+` s where s.subject <> '' and s.id <> %s::text::uuid
			and s.subject = (select o.subject from `+s.table("tickets")+` o where o.id = %[1]s::text::uuid)))`, string(f.SameCitizenAs))
	}
	switch {
	case q.isEmpty():
	case len(q.found) <= maxCounted && !q.tooMany:
		c.Add("t.id = any (%s::text[]::uuid[])", q.found)
	default: // any page of it is soon full
		c.Add("("+matchesWordsSQL("%[1]s", "%[2]s")+" or %[3]s <> '' and t.number >= %[3]s and t.number < %[3]s || ':' or %[4]s <> '' and t.subject = %[4]s)",
			q.words, s.now, q.numberPrefix, q.taxCodeHash)
	}
	return c
}

// matchesWordsSQL tells in SQL whether a ticket says the words by now. Those are parsed once a query; in a function, they would be once a
// ticket. coalesce keeps the planner from guessing that next to none does, which it has no statistics to know: it would read and
// sort a whole entity's for a page that the first rows fill.
func matchesWordsSQL(words, now string) string {
	asked := "(select websearch_to_tsquery('pg_catalog.italian', " + words + "::text))"
	return "coalesce(t.search @@ " + asked + ", false) and (t.said_until <= " + now + "::timestamptz or " + matchFunction + "(t.folded, " + asked + ", " + now + "::timestamptz))"
}

// overrideGroundsSQL lists the grounds of hand-overs against the playbook, for SQL.
var overrideGroundsSQL = readmodel.QuoteList(ticket.OverrideGrounds())

// addQueueCondition says in SQL what queues says of a row.
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
		c.Add(handover+" ->> 'Ground' in ("+overrideGroundsSQL+") and t.status <> 'chiuso' and (%s = '"+string(catalog.Region)+"' or "+handover+" ->> 'ASR' = %[1]s)", entity)
		return
	}
	c.Add("t.entity = %s", entity)
	switch q {
	case NewQueue:
		c.Add("(t.status in ('nuovo', 'non_di_competenza') or t.status = 'in_lavorazione' and t.assignee = '')")
	case MyQueue:
		c.Add("t.assignee = %s and t.status not in ('risolto', 'chiuso')", person)
	case GroupQueue:
		c.Add("t.assignee = '" + ticketview.Supervisors + "' and t.status not in ('risolto', 'chiuso')")
	case InProgressQueue:
		c.Add("t.status = 'in_lavorazione'")
	case WaitingQueue:
		c.Add("t.status = 'in_attesa_utente'")
	case SolvedQueue:
		c.Add("t.status = 'risolto'")
	case AllQueue, HandedOverQueue, OverrideQueue:
	}
}

// numberPrefixPattern is as much of a number as tells it from a year.
var numberPrefixPattern = regexp.MustCompile(`^[0-9]{4}-[0-9]{4,}$`)

// searchTerms is what to look for: words, the beginning of a number, the keyed hash of a codice fiscale; and what was found, as
// far as one more than most.
type searchTerms struct {
	words, numberPrefix, taxCodeHash string
	found                            []string // ids
	handedOver                       []string // ids in the queue of hand-overs
	tooMany                          bool     // the words are in so many that none was looked up
}

func (q searchTerms) isEmpty() bool { return q.words+q.numberPrefix+q.taxCodeHash == "" }

// parseSearch reads what somebody looks for. Digits may be a number or stand in a text.
func (f Filter) parseSearch(hash func(purpose, value string) string) (s searchTerms) {
	q := strings.TrimSpace(f.Q)
	if code, err := person.ParseTaxCode(q); err == nil {
		s.taxCodeHash = hash(person.TaxCodeHashPurpose, code.String())
	}
	if numberPrefixPattern.MatchString(q) {
		s.numberPrefix = q
	}
	s.words = normalizeForSearch(q)
	return s
}
