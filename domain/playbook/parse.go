// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// parsedFile is a playbook with the faults of its file and the line numbers of its parts.
type parsedFile struct {
	file     string
	playbook *Playbook
	faults   []Fault
	lines    map[string]int // "check/ID", "check/ID/yes", "outcome/ID", "field/ID", "starts/0", "start"
}

// addFault adds a fault at a line of the file.
func (p *parsedFile) addFault(line int, format string, args ...any) {
	p.faults = append(p.faults, Fault{p.file, line, fmt.Sprintf(format, args...)})
}

// parse decodes one file into a Playbook. It checks keys and types of values; check and checkLibrary check what refers to other parts.
func parse(file string, text []byte) *parsedFile {
	p := &parsedFile{file: file, playbook: &Playbook{}, lines: map[string]int{}}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		p.addFault(0, "%v", err)
		return p
	}
	if len(document.Content) != 1 {
		p.addFault(0, "is empty; want id, version, title, source, fields, checks, outcomes")
		return p
	}
	root := p.mapping(document.Content[0], "the playbook", "id", "version", "title", "source", "starts", "fields", "start", "checks", "outcomes")
	b := p.playbook
	b.ID, b.Version = ID(p.requiredText(root, "id")), p.number(root, "version")
	b.Title, b.Source = p.requiredText(root, "title"), p.requiredText(root, "source")
	if want := fmt.Sprintf("%s.v%d.yaml", b.ID, b.Version); b.ID != "" && b.Version > 0 && file != want {
		p.addFault(0, "holds %s version %d; want the name %s", b.ID, b.Version, want)
	}
	for i, n := range p.list(root["starts"]) {
		start := p.mapping(n, "a start", "service", "problem", "facilitated")
		p.lines["starts/"+strconv.Itoa(i)] = n.Line
		b.Starts = append(b.Starts, Start{
			Service: catalog.ServiceID(p.requiredText(start, "service")), Problem: catalog.ProblemID(p.requiredText(start, "problem")),
			Facilitated: p.boolean(start["facilitated"]),
		})
	}
	p.eachEntry(root["fields"], "fields", func(id string, n *yaml.Node) { p.parseField(FieldID(id), n) })
	p.eachEntry(root["checks"], "checks", func(id string, n *yaml.Node) { p.parseCheck(CheckID(id), n) })
	p.eachEntry(root["outcomes"], "outcomes", func(id string, n *yaml.Node) { p.parseOutcome(OutcomeID(id), n) })
	if n := root["start"]; n != nil {
		p.lines["start"], b.Start = n.Line, CheckID(n.Value)
	} else if len(b.Checks) > 0 {
		b.Start = b.Checks[0].ID
	}
	return p
}

// parseField parses a field and adds it to the playbook.
func (p *parsedFile) parseField(id FieldID, n *yaml.Node) {
	m := p.mapping(n, "a field", "type", "label", "options")
	p.lines["field/"+string(id)] = n.Line
	p.playbook.Fields = append(p.playbook.Fields, Field{
		ID: id, Type: FieldType(p.requiredText(m, "type")), Label: p.requiredText(m, "label"), Options: p.textList(m["options"]),
	})
}

// parseCheck parses a check and adds it to the playbook.
func (p *parsedFile) parseCheck(id CheckID, n *yaml.Node) {
	m := p.mapping(n, "a check", "question", "help", "ask", "system", "evidence", "yes", "no")
	at := "check/" + string(id)
	p.lines[at] = n.Line
	c := Check{ID: id, Question: p.requiredText(m, "question"), Help: p.optionalText(m["help"]), Ask: p.optionalText(m["ask"])}
	if s := m["system"]; s != nil {
		system := p.mapping(s, "a system", "query", "fact")
		p.lines[at+"/system"] = s.Line
		c.System = &System{Query: Query(p.requiredText(system, "query")), Fact: Fact(p.requiredText(system, "fact"))}
	}
	for _, e := range p.list(m["evidence"]) {
		p.lines[at+"/evidence"] = e.Line
		if e.Kind == yaml.ScalarNode {
			c.Evidence = append(c.Evidence, EvidenceItem{Field: FieldID(e.Value), Required: true})
			continue
		}
		item := p.mapping(e, "evidence", "field", "optional")
		c.Evidence = append(c.Evidence, EvidenceItem{Field: FieldID(p.requiredText(item, "field")), Required: !p.boolean(item["optional"])})
	}
	c.Yes, c.No = p.parseBranch(n, m, at, "yes"), p.parseBranch(n, m, at, "no")
	p.playbook.Checks = append(p.playbook.Checks, c)
}

// parseBranch parses the branch of a check for an answer.
func (p *parsedFile) parseBranch(check *yaml.Node, m map[string]*yaml.Node, at, answer string) (b Branch) {
	n := m[answer]
	if n == nil {
		p.addFault(check.Line, "%s has no branch for %s; both answers need one", strings.TrimPrefix(at, "check/"), answer)
		return b
	}
	p.lines[at+"/"+answer] = n.Line
	branch := p.mapping(n, "a branch", "check", "outcome", "playbook", "at", "again")
	b = Branch{
		Check: CheckID(p.optionalText(branch["check"])), Outcome: OutcomeID(p.optionalText(branch["outcome"])), Playbook: ID(p.optionalText(branch["playbook"])),
		At: CheckID(p.optionalText(branch["at"])), ReturnTo: CheckID(p.optionalText(branch["again"])),
	}
	set := 0
	for _, given := range []bool{b.Check != "", b.Outcome != "", b.Playbook != ""} {
		if given {
			set++
		}
	}
	if set != 1 {
		p.addFault(n.Line, "%s/%s names %d of check, outcome and playbook; want exactly one", strings.TrimPrefix(at, "check/"), answer, set)
	}
	if b.Playbook == "" && (b.At != "" || b.ReturnTo != "") {
		p.addFault(n.Line, "%s/%s: at and again belong to a branch into a playbook", strings.TrimPrefix(at, "check/"), answer)
	}
	return b
}

// parseOutcome parses an outcome and adds it to the playbook.
func (p *parsedFile) parseOutcome(id OutcomeID, n *yaml.Node) {
	m := p.mapping(n, "an outcome", "title", "act", "status", "note", "evidence", "remind")
	p.lines["outcome/"+string(id)] = n.Line
	o := Outcome{
		ID: id, Title: p.requiredText(m, "title"), Action: Action(p.requiredText(m, "act")), Status: p.requiredText(m, "status"), Remind: p.boolean(m["remind"]),
	}
	for _, f := range p.textList(m["evidence"]) {
		o.Evidence = append(o.Evidence, FieldID(f))
	}
	switch note := m["note"]; {
	case note == nil:
		p.addFault(n.Line, "outcome %s has no note; every outcome needs one", id)
	case note.Kind == yaml.ScalarNode:
		o.Note = []NoteVariant{{Text: p.requiredText(m, "note")}}
	default:
		for _, v := range p.list(note) {
			variant := p.mapping(v, "a wording", "when", "text")
			w := NoteVariant{Text: p.requiredText(variant, "text")}
			for _, f := range p.textList(variant["when"]) {
				w.When = append(w.When, FieldID(f))
			}
			o.Note = append(o.Note, w)
		}
	}
	p.playbook.Outcomes = append(p.playbook.Outcomes, o)
}

// mapping returns the values of a YAML mapping by key. It adds a fault for each unknown or repeated key. The key "" holds the mapping
// itself.
func (p *parsedFile) mapping(n *yaml.Node, what string, keys ...string) map[string]*yaml.Node {
	m := map[string]*yaml.Node{}
	if n.Kind != yaml.MappingNode {
		p.addFault(n.Line, "%s is not a mapping; want %s", what, strings.Join(keys, ", "))
		return m
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case !slices.Contains(keys, key.Value):
			p.addFault(key.Line, "%s has no %q; it has %s", what, key.Value, strings.Join(keys, ", "))
		case m[key.Value] != nil:
			p.addFault(key.Line, "%q is given twice", key.Value)
		default:
			m[key.Value] = n.Content[i+1]
		}
	}
	if n.Line > 0 {
		m[""] = n // gives the line for faults about missing keys
	}
	return m
}

// eachEntry calls each for the entries of a mapping by id, in the order of the file. It adds a fault for each repeated id.
func (p *parsedFile) eachEntry(n *yaml.Node, what string, each func(id string, n *yaml.Node)) {
	switch {
	case n == nil:
		return
	case n.Kind != yaml.MappingNode:
		p.addFault(n.Line, "%s is not a mapping of ids", what)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		id := n.Content[i]
		if seen[id.Value] {
			p.addFault(id.Line, "%s has %q twice", what, id.Value)
			continue
		}
		seen[id.Value] = true
		each(id.Value, n.Content[i+1])
	}
}

// list returns the items of a list. Without the key the list is empty.
func (p *parsedFile) list(n *yaml.Node) []*yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		p.addFault(n.Line, "want a list here")
		return nil
	}
	return n.Content
}

// requiredText returns the text of a key, and adds a fault if it is missing or empty.
func (p *parsedFile) requiredText(m map[string]*yaml.Node, key string) string {
	n := m[key]
	if n == nil || n.Kind != yaml.ScalarNode || strings.TrimSpace(n.Value) == "" {
		line := 0
		if at := m[""]; at != nil {
			line = at.Line
		}
		if n != nil {
			line = n.Line
		}
		p.addFault(line, "%s is missing or empty", key)
		return ""
	}
	return n.Value
}

// optionalText returns a text, or "" without the key. An empty text is a fault.
func (p *parsedFile) optionalText(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	if n.Kind != yaml.ScalarNode || strings.TrimSpace(n.Value) == "" {
		p.addFault(n.Line, "want a text here; leave the key out if there is none")
		return ""
	}
	return n.Value
}

// textList returns a list of texts.
func (p *parsedFile) textList(n *yaml.Node) []string {
	var all []string
	for _, t := range p.list(n) {
		all = append(all, p.optionalText(t))
	}
	return all
}

// number returns the number of a key, which must be at least 1.
func (p *parsedFile) number(m map[string]*yaml.Node, key string) int {
	text := p.requiredText(m, key)
	n, err := strconv.Atoi(text)
	if text != "" && (err != nil || n < 1) {
		p.addFault(m[key].Line, "%s is %q; want 1, 2, 3 …", key, text)
	}
	return n
}

// boolean returns true or false; without the key false.
func (p *parsedFile) boolean(n *yaml.Node) bool {
	if n == nil {
		return false
	}
	if n.Value != "true" && n.Value != "false" {
		p.addFault(n.Line, "is %q; want true or false", n.Value)
	}
	return n.Value == "true"
}
