// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package unusual finds unusual reading in the access log by rules that are data, for entities that recorded an agreement about it, and lists
// the findings for their data protection officers. Nobody else can read them.
package unusual

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

//go:embed data/rules.yaml
var data []byte

// Rule finds unusual reading.
type Rule struct {
	ID          string `yaml:"id"` // stored
	Condition   string `yaml:"condition"`
	Least       int    `yaml:"least"` // smallest number of tickets on a day
	Title       string `yaml:"title"`
	Explanation string `yaml:"explanation"`
}

// The conditions, which access.find_unusual knows.
const (
	withoutAct = "without-act"
	colleague  = "colleague"
	restricted = "restricted"
)

// rules are the rules of the data file.
var rules = func() []Rule {
	all, err := parse(data)
	if err != nil {
		panic(err) // a file of this package
	}
	return all
}()

// Rules returns the rules.
func Rules() []Rule { return slices.Clone(rules) }

// FindRule returns the rule with an id, and false for one that has been removed.
func FindRule(id string) (Rule, bool) {
	n := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == id })
	if n < 0 {
		return Rule{}, false
	}
	return rules[n], true
}

// parse reads a file of rules. It refuses unknown fields and conditions, rules without a text, and two rules with the same id.
func parse(content []byte) ([]Rule, error) {
	var file struct {
		Version int    `yaml:"version"`
		Rules   []Rule `yaml:"rules"`
	}
	d := yaml.NewDecoder(bytes.NewReader(content))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("rules for unusual reading: %w", err)
	}
	if file.Version != 1 {
		return nil, fmt.Errorf("rules for unusual reading: version %d, want 1", file.Version)
	}
	seen := map[string]bool{}
	for _, r := range file.Rules {
		switch {
		case r.ID == "" || seen[r.ID]:
			return nil, fmt.Errorf("rules for unusual reading: id %q is missing or used twice", r.ID)
		case !slices.Contains([]string{withoutAct, colleague, restricted}, r.Condition):
			return nil, fmt.Errorf("rule %s: unknown condition %q", r.ID, r.Condition)
		case r.Least < 1:
			return nil, fmt.Errorf("rule %s: least is %d, want at least 1", r.ID, r.Least)
		case r.Title == "" || r.Explanation == "":
			return nil, fmt.Errorf("rule %s: title and explanation are required", r.ID)
		}
		seen[r.ID] = true
	}
	return file.Rules, nil
}
