// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
)

var (
	kebab      = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	snake      = regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*$`)
	fieldTypes = []FieldType{Date, Identifier, IUV, TicketNumber, Choice, Flag, FreeText}
)

// check checks everything about one file that does not depend on other files, and adds a fault for each error.
func (p *parsedFile) check(c *catalog.Catalog) {
	b := p.playbook
	if !kebab.MatchString(string(b.ID)) {
		p.addFault(0, "id %q: want small letters, joined by hyphens", b.ID)
	}
	if len(b.Checks) == 0 {
		p.addFault(0, "has no checks")
		return
	}
	for i, s := range b.Starts {
		if _, ok := c.Problem(s.Service, s.Problem); !ok {
			p.addFault(p.lines["starts/"+strconv.Itoa(i)], "the catalogue has no problem %q of a service %q", s.Problem, s.Service)
		}
	}
	for _, f := range b.Fields {
		p.checkField(f)
	}
	if b.find(b.Start) == nil {
		p.addFault(p.lines["start"], "starts at %q, which is no check of it", b.Start)
		return
	}
	for _, check := range b.Checks {
		p.checkCheck(check)
	}
	for _, o := range b.Outcomes {
		p.checkOutcome(o)
	}
	if len(p.faults) == 0 {
		p.checkLoops(b.Start, nil)
		p.checkReachable()
	}
}

// checkField checks a field of a file.
func (p *parsedFile) checkField(f Field) {
	line := p.lines["field/"+string(f.ID)]
	if !snake.MatchString(string(f.ID)) {
		p.addFault(line, "field %q: want small letters, joined by underscores", f.ID)
	}
	if !slices.Contains(fieldTypes, f.Type) {
		p.addFault(line, "field %s is of type %q; there are %v", f.ID, f.Type, fieldTypes)
	}
	if (f.Type == Choice) != (len(f.Options) > 0) {
		p.addFault(line, "field %s: a choice needs options, and only a choice may have them", f.ID)
	}
}

// checkCheck checks a check of a file.
func (p *parsedFile) checkCheck(c Check) {
	at, b := "check/"+string(c.ID), p.playbook
	if !kebab.MatchString(string(c.ID)) {
		p.addFault(p.lines[at], "check %q: want small letters, joined by hyphens", c.ID)
	}
	if c.System != nil && !slices.Contains(QueryFacts[c.System.Query], c.System.Fact) {
		p.addFault(p.lines[at+"/system"], "check %s: no connected system answers query %q with a fact %q; there are %v",
			c.ID, c.System.Query, c.System.Fact, QueryFacts[c.System.Query])
	}
	for _, e := range c.Evidence {
		if b.field(e.Field) == nil {
			p.addFault(p.lines[at+"/evidence"], "check %s takes evidence %q, which is no field", c.ID, e.Field)
		}
	}
	for answer, branch := range map[string]Branch{"yes": c.Yes, "no": c.No} {
		line := p.lines[at+"/"+answer]
		if branch.Check != "" && b.find(branch.Check) == nil {
			p.addFault(line, "%s=%s leads to %q, which is no check of it", c.ID, answer, branch.Check)
		}
		if branch.Outcome != "" && !slices.ContainsFunc(b.Outcomes, func(o Outcome) bool { return o.ID == branch.Outcome }) {
			p.addFault(line, "%s=%s leads to %q, which is no outcome of it", c.ID, answer, branch.Outcome)
		}
	}
}

// checkOutcome checks an outcome of a file.
func (p *parsedFile) checkOutcome(o Outcome) {
	line := p.lines["outcome/"+string(o.ID)]
	if !kebab.MatchString(string(o.ID)) {
		p.addFault(line, "outcome %q: want small letters, joined by hyphens", o.ID)
	}
	rule, known := actionRules[o.Action]
	switch {
	case !known:
		p.addFault(line, "outcome %s has the act %q; there are %v", o.ID, o.Action, slices.Sorted(maps.Keys(actionRules)))
	case !slices.Contains(rule.statuses, o.Status):
		p.addFault(line, "outcome %s: to %s leads to %v, not to %q", o.ID, o.Action, rule.statuses, o.Status)
	}
	if o.Remind && o.Status != "in_lavorazione" {
		p.addFault(line, "outcome %s: remind is possible only with the status in_lavorazione", o.ID)
	}
	for _, f := range slices.Concat(append([][]FieldID{o.Evidence}, noteFields(o.Note)...)...) {
		if p.playbook.field(f) == nil {
			p.addFault(line, "outcome %s needs %q, which is no field", o.ID, f)
		}
	}
	if len(o.Note) == 0 {
		p.addFault(line, "outcome %s has an empty note", o.ID)
	}
	for _, v := range o.Note {
		if strings.Count(v.Text, "{") != len(v.placeholders()) || strings.Count(v.Text, "{") != strings.Count(v.Text, "}") {
			p.addFault(line, "outcome %s: unmatched brace in %q", o.ID, v.Text)
		}
	}
}

// noteFields returns, for each wording of a note, the fields that it needs: those of its condition and those of its placeholders.
func noteFields(note []NoteVariant) (all [][]FieldID) {
	for _, v := range note {
		all = append(all, v.When, v.placeholders())
	}
	return all
}

// checkReachable adds a fault for each check and outcome that no path from the playbook's own start reaches, and for each field that
// nothing uses. A check that only a branch of another playbook reaches is a fault too.
func (p *parsedFile) checkReachable() {
	b := p.playbook
	checks, outcomes, fields := map[CheckID]bool{b.Start: true}, map[OutcomeID]bool{}, map[FieldID]bool{}
	for queue := []CheckID{b.Start}; len(queue) > 0; queue = queue[1:] {
		c := b.find(queue[0])
		for _, branch := range []Branch{c.Yes, c.No} {
			outcomes[branch.Outcome] = true
			if branch.Check != "" && !checks[branch.Check] {
				checks[branch.Check] = true
				queue = append(queue, branch.Check)
			}
		}
		for _, e := range c.Evidence {
			fields[e.Field] = true
		}
	}
	for _, c := range b.Checks {
		if !checks[c.ID] {
			p.addFault(p.lines["check/"+string(c.ID)], "nothing leads to check %s", c.ID)
		}
	}
	for _, o := range b.Outcomes {
		if !outcomes[o.ID] {
			p.addFault(p.lines["outcome/"+string(o.ID)], "nothing leads to outcome %s", o.ID)
		}
	}
	for _, o := range b.Outcomes {
		for _, f := range slices.Concat(append([][]FieldID{o.Evidence}, noteFields(o.Note)...)...) {
			fields[f] = true // an earlier playbook of the run may collect it; checkPaths verifies that
		}
	}
	for _, f := range b.Fields {
		if !fields[f.ID] {
			p.addFault(p.lines["field/"+string(f.ID)], "no check takes field %s", f.ID)
		}
	}
}

// checkLoops adds a fault for a path that returns to a check of the same playbook: such a run would never end.
func (p *parsedFile) checkLoops(at CheckID, path []CheckID) {
	if slices.Contains(path, at) {
		p.addFault(p.lines["check/"+string(at)], "the path %v comes back to %s", append(path, at), at)
		return
	}
	c := p.playbook.find(at)
	for _, to := range []Branch{c.Yes, c.No} {
		if to.Check != "" && len(p.faults) == 0 {
			p.checkLoops(to.Check, append(slices.Clone(path), at))
		}
	}
}
