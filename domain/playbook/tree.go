// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

import (
	"fmt"
	"strings"
)

// Draw returns the tree as text: each check with its two branches, down to the outcomes and their wordings.
func (p *Playbook) Draw() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s version %d: %s (%s)\n", p.ID, p.Version, p.Title, p.Source)
	for _, s := range p.Starts {
		facilitated := ""
		if s.Facilitated {
			facilitated = ", with facilitated access"
		}
		fmt.Fprintf(&b, "starts for %s/%s%s\n", s.Service, s.Problem, facilitated)
	}
	p.drawCheck(&b, p.Start, "", "", map[CheckID]bool{})
	return b.String()
}

// drawCheck draws a check with its branches. A check that is drawn already appears by its id only.
func (p *Playbook) drawCheck(b *strings.Builder, id CheckID, first, rest string, drawn map[CheckID]bool) {
	if drawn[id] {
		fmt.Fprintf(b, "%s%s (as above)\n", first, id)
		return
	}
	drawn[id] = true
	c := p.find(id)
	fmt.Fprintf(b, "%s%s: %s%s\n", first, c.ID, c.Question, c.evidenceLabel())
	p.drawBranch(b, "sì", c.Yes, rest+"├─ ", rest+"│  ", drawn)
	p.drawBranch(b, "no", c.No, rest+"└─ ", rest+"   ", drawn)
}

// evidenceLabel returns, in brackets, the fields that are collected with the answer (? marks an optional one) and, after ⇄, the query and
// fact of the connected system that can answer. It returns "" if there is neither.
func (c *Check) evidenceLabel() string {
	var lines []string
	for _, e := range c.Evidence {
		name := string(e.Field)
		if !e.Required {
			name += "?"
		}
		lines = append(lines, name)
	}
	if c.System != nil {
		lines = append(lines, fmt.Sprintf("⇄ %s.%s", c.System.Query, c.System.Fact))
	}
	if lines == nil {
		return ""
	}
	return " [" + strings.Join(lines, ", ") + "]"
}

// drawBranch draws the branch of an answer: a check, an outcome or another playbook.
func (p *Playbook) drawBranch(b *strings.Builder, answer string, branch Branch, first, rest string, drawn map[CheckID]bool) {
	first += answer + " → "
	switch {
	case branch.Check != "":
		p.drawCheck(b, branch.Check, first, rest, drawn)
	case branch.Playbook != "":
		at := ""
		if branch.At != "" {
			at = " at " + string(branch.At)
		}
		if branch.ReturnTo != "" {
			at += ", coming back at " + string(branch.ReturnTo)
		}
		fmt.Fprintf(b, "%splaybook %s%s\n", first, branch.Playbook, at)
	default:
		o := p.outcome(branch.Outcome)
		fmt.Fprintf(b, "%s%s %s: %s (%s)\n", first, o.Action, o.ID, o.Title, o.Status)
		for _, v := range o.Note {
			fmt.Fprintf(b, "%s   «%s»\n", rest, v.Text)
		}
	}
}
