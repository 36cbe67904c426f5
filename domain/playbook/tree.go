// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

import (
	"fmt"
	"strings"
)

// Draw shows the tree as text: each check with its two branches, down to the outcomes and their wordings.
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

// evidenceLabel says what goes with the answer, and who else can give it.
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

func (p *Playbook) drawBranch(b *strings.Builder, answer string, to Branch, first, rest string, drawn map[CheckID]bool) {
	first += answer + " → "
	switch {
	case to.Check != "":
		p.drawCheck(b, to.Check, first, rest, drawn)
	case to.Playbook != "":
		at := ""
		if to.At != "" {
			at = " at " + string(to.At)
		}
		if to.ReturnTo != "" {
			at += ", coming back at " + string(to.ReturnTo)
		}
		fmt.Fprintf(b, "%splaybook %s%s\n", first, to.Playbook, at)
	default:
		o := p.outcome(to.Outcome)
		fmt.Fprintf(b, "%s%s %s: %s (%s)\n", first, o.Action, o.ID, o.Title, o.Status)
		for _, v := range o.Note {
			fmt.Fprintf(b, "%s   «%s»\n", rest, v.Text)
		}
	}
}
