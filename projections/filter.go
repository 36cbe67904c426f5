// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// sorting is what an order means in SQL: a key, its type, and which way. The id decides between equal keys.
type sorting struct {
	key  string
	kind string
	down bool
}

// sortings of a list. A citizen's list goes by what the citizen sees.
func sortings(citizen bool) map[Sort]sorting {
	updated := "t.updated_at"
	if citizen {
		updated = "(" + seenByCitizen + " ->> 'at')::timestamptz"
	}
	return map[Sort]sorting{
		OldestFirst:     {"t.opened_at", "timestamptz", false},
		NewestFirst:     {"t.opened_at", "timestamptz", true},
		StaleFirst:      {updated, "timestamptz", false},
		RecentFirst:     {updated, "timestamptz", true},
		ByNumber:        {"t.number", "text", false},
		ByNumberDown:    {"t.number", "text", true},
		ByRequester:     {"t.requester", "text", false},
		ByRequesterDown: {"t.requester", "text", true},
	}
}

// seenByCitizen is where the ticket stands for its citizen at the moment $1: Row.shownAt in SQL.
const seenByCitizen = `(select s from jsonb_array_elements(t.folded -> 'shown') with ordinality e(s, n)
	where n = 1 or (s ->> 'from')::timestamptz <= $1 order by n desc limit 1)`

// MaxWords bounds a search, characters.
const MaxWords = 200

// check refuses what no list can be made from, and fills in what was not asked for.
func (f Filter) check(role person.Role) (Filter, error) {
	if f.Sort == "" {
		f.Sort = RecentFirst
	}
	if f.Limit == 0 {
		f.Limit = defaultLimit
	}
	queues := queuesOf(role)
	sorts := []Sort{OldestFirst, NewestFirst, StaleFirst, RecentFirst, ByNumber, ByNumberDown, ByRequester, ByRequesterDown}
	switch {
	case f.Queue != "" && !slices.Contains(queues, f.Queue):
		return f, &FilterError{"queue", "not a queue of your role", list(queues)}
	case f.Status != "" && !slices.Contains(ticket.Statuses(), f.Status):
		return f, &FilterError{"status", "no such status", list(ticket.Statuses())}
	case !slices.Contains(sorts, f.Sort):
		return f, &FilterError{"sort", "no such order", list(sorts)}
	case f.Limit < 1 || f.Limit > maxLimit:
		return f, &FilterError{"limit", "out of range", fmt.Sprintf("1 to %d", maxLimit)}
	case f.Assignee != "" && role == person.Citizen:
		return f, &FilterError{"assignee", "who works on a ticket is not for citizens", "no assignee"}
	case utf8.RuneCountInString(f.Q) > MaxWords:
		return f, &FilterError{"q", "too long", fmt.Sprintf("at most %d characters", MaxWords)}
	}
	return f, text(map[string]string{"q": f.Q, "assignee": f.Assignee, "entity": string(f.Entity)})
}

// text refuses what is none.
func text(fields map[string]string) error {
	for field, text := range fields {
		if !person.Readable(text) {
			return &FilterError{field, "not text", "UTF-8 without NUL"}
		}
	}
	return nil
}

func list[S ~string](values []S) string {
	text := make([]string, len(values))
	for i, v := range values {
		text[i] = string(v)
	}
	return strings.Join(text, ", ")
}

// alone tells that nothing but the queue, and perhaps an entity, was asked for.
func (f Filter) alone() bool {
	return f.Queue != "" && f.Status == "" && f.Assignee == "" && f.SameAs == "" && f.Q == ""
}

// conditions collects a where clause and its arguments.
type conditions struct {
	where []string
	args  []any
}

// add appends a condition; %s stands for its arguments, in order.
func (c *conditions) add(condition string, args ...any) {
	places := make([]any, len(args))
	for i, a := range args {
		c.args = append(c.args, a)
		places[i] = fmt.Sprintf("$%d", len(c.args))
	}
	c.where = append(c.where, fmt.Sprintf(condition, places...))
}

func (c *conditions) sql() string {
	return strings.Join(c.where, " and ")
}

// conditions says the filter in SQL. Whom it shows is the policy's affair; here stands what was asked for.
func (f Filter) conditions(s view, q searched) *conditions {
	c := &conditions{}
	c.add("%s::timestamptz is not null", s.now) // $1, see seenByCitizen
	citizen := s.viewer.Citizen()
	if f.Queue == HandedOverQueue && len(q.handed) <= most { // of more, a page in any order is soon full
		c.add("t.id = any (%s::text[]::uuid[])", q.handed)
	} else {
		inQueue(c, s.viewer, f.Queue)
	}
	if f.Status != "" {
		if citizen {
			c.add(seenByCitizen+" -> 'state' ->> 'Status' = %s", string(f.Status))
		} else {
			c.add("t.status = %s", string(f.Status))
		}
	}
	if f.Entity != "" {
		if citizen {
			c.add(seenByCitizen+" -> 'state' ->> 'Entity' = %s", string(f.Entity))
		} else {
			c.add("t.entity = %s", string(f.Entity))
		}
	}
	switch f.Assignee {
	case "":
	case Nobody:
		c.add("t.assignee = ''")
	default:
		c.add("t.assignee = %s", f.Assignee)
	}
	if f.SameAs != "" { // looked up first: the planner, which knows nothing of subjects, takes a citizen's tickets for thousands, and reads all in order
		c.add(`t.id = any (array(select s.id from read.tickets_v1 s where s.subject <> '' and s.id <> %s::text::uuid
			and s.subject = (select o.subject from read.tickets_v1 o where o.id = %[1]s::text::uuid)))`, string(f.SameAs))
	}
	switch {
	case q.none():
	case len(q.found) <= most && !q.often:
		c.add("t.id = any (%s::text[]::uuid[])", q.found)
	default: // any page of it is soon full
		c.add("("+says("%[1]s", "%[2]s")+" or %[3]s <> '' and t.number >= %[3]s and t.number < %[3]s || ':' or %[4]s <> '' and t.subject = %[4]s)",
			q.words, s.now, q.beginning, q.hashed)
	}
	return c
}

// says tells in SQL whether a ticket says the words by now. Those are parsed once a query; in a function, they would be once a
// ticket. coalesce keeps the planner from guessing that next to none does, which it has no statistics to know: it would read and
// sort a whole entity's for a page that the first rows fill.
func says(words, now string) string {
	asked := "(select websearch_to_tsquery('pg_catalog.italian', " + words + "::text))"
	return "coalesce(t.search @@ " + asked + ", false) and (t.said_until <= " + now + "::timestamptz or read.said_v1(t.folded, " + asked + ", " + now + "::timestamptz))"
}

// inQueue says in SQL what queues says of a row.
func inQueue(c *conditions, v Viewer, q QueueID) {
	entity, person := string(v.Actor.Entity), v.Actor.ID
	switch {
	case v.Citizen():
		c.add("t.citizen = %s", person)
		return
	case q == "" || v.Audits():
		return
	case q == HandedOverQueue:
		c.add("%s = any (t.traces) and t.entity <> %[1]s and t.traces <> '{}' and t.status <> 'chiuso'", entity)
		return
	}
	if q == OverrideQueue {
		handover := "t.folded -> 'state' -> 'Handover'"
		c.add(handover+" ->> 'Ground' in ("+overrides+") and t.status <> 'chiuso' and (%s = '"+string(catalog.Region)+"' or "+handover+" ->> 'ASR' = %[1]s)", entity)
		return
	}
	c.add("t.entity = %s", entity)
	switch q {
	case NewQueue:
		c.add("(t.status in ('nuovo', 'non_di_competenza') or t.status = 'in_lavorazione' and t.assignee = '')")
	case Mine:
		c.add("t.assignee = %s and t.status not in ('risolto', 'chiuso')", person)
	case GroupQueue:
		c.add("t.assignee = '" + Supervisors + "' and t.status not in ('risolto', 'chiuso')")
	case InProgressQueue:
		c.add("t.status = 'in_lavorazione'")
	case WaitingQueue:
		c.add("t.status = 'in_attesa_utente'")
	case SolvedQueue:
		c.add("t.status = 'risolto'")
	case AllQueue, HandedOverQueue, OverrideQueue:
	}
}

// numberBegins is as much of a number as tells it from a year.
var numberBegins = regexp.MustCompile(`^[0-9]{4}-[0-9]{4,}$`)

// searched is what to look for: words, the beginning of a number, the keyed hash of a codice fiscale; and what was found, as
// far as one more than most.
type searched struct {
	words, beginning, hashed string
	found                    []string // ids
	handed                   []string // ids in the queue of hand-overs
	often                    bool     // the words are in so many that none was looked up
}

func (q searched) none() bool { return q.words+q.beginning+q.hashed == "" }

// search reads what somebody looks for. Digits may be a number or stand in a text.
func (f Filter) search(hash func(purpose, value string) string) (s searched) {
	q := strings.TrimSpace(f.Q)
	if code, err := person.ParseTaxCode(q); err == nil {
		s.hashed = hash(person.TaxCodeHash, code.String())
	}
	if numberBegins.MatchString(q) {
		s.beginning = q
	}
	s.words = searchable(q)
	return s
}
