// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
)

// testAgreements reads the demo's agreements, records one at the command line and ends it. The officer of the demo's entity has findings.
func (s demoRun) testAgreements(t *testing.T) {
	s = s.withT(t)
	list := func() (items, history []any) {
		t.Helper()
		all := parseJSONLines(t, s.run("agreement", "list", "--json"))[0]
		return all["items"].([]any), all["history"].([]any)
	}
	if items, _ := list(); len(items) != 2 || items[0].(map[string]any)["entity"] != "010301" || items[1].(map[string]any)["entity"] != "010301" {
		t.Errorf("got %v, want both agreements of 010301 and of no other", items)
	}
	agreed := []string{"--entity", "010208", "--use", "figures-per-person", "--reference", "Accordo di prova, prot. 7"}
	record := append([]string{"agreement", "record", "--signed-on", "2026-02-02"}, agreed...)
	if out := s.run(record...); !strings.Contains(out, "recorded the agreement of 010208") {
		t.Errorf("record: got %q", out)
	}
	items, history := list()
	if len(items) != 3 || !strings.HasPrefix(history[0].(map[string]any)["by"].(string), "os:") {
		t.Errorf("got %v and %v, want the agreement, by a user of the system", items, history)
	}
	if out := s.run("agreement", "list"); !strings.Contains(out, "010208") || !strings.Contains(out, "prot. 7, signed on 2026-02-02") || !strings.Contains(out, "history:") {
		t.Errorf("list: got %q", out)
	}
	for want, args := range map[string][]string{
		"sol agreement list":          record,
		"--signed-on":                 append([]string{"agreement", "record", "--signed-on", "2999-01-01"}, agreed...),
		"--entity":                    {"agreement", "record", "--signed-on", "2026-02-02", "--entity", "999999", "--use", "figures-per-person", "--reference", "x"},
		"--use":                       {"agreement", "record", "--signed-on", "2026-02-02", "--entity", "010208", "--use", "ranking", "--reference", "x"},
		"--reference":                 {"agreement", "end", "--entity", "010208", "--use", "figures-per-person", "--reference", " "},
		"required flag(s) \"entity\"": {"agreement", "end", "--use", "figures-per-person", "--reference", "x"},
	} {
		if out := s.runRefused(args...); !strings.Contains(out, want) {
			t.Errorf("%v: got %q, want %q", args, out, want)
		}
	}
	if out := s.run(append([]string{"agreement", "end"}, agreed...)...); !strings.Contains(out, "ended the agreement of 010208") {
		t.Errorf("end: got %q", out)
	}
	if items, history := list(); len(items) != 2 || len(history) != 4 {
		t.Errorf("got %v and %v, want the first two agreements and four changes", items, history)
	}
	found := s.login(person.DataProtectionOfficer, "010301", 0).expect(http.StatusOK, http.MethodGet, "/api/v1/unusual-reading", nil).body["items"].([]any)
	rules := map[any]bool{}
	for _, f := range found {
		rules[f.(map[string]any)["rule"]] = true
	}
	if !rules["colleague"] || !rules["restricted"] {
		t.Errorf("got the findings %v, want some of a colleague's and of a restricted ticket", found)
	}
	for _, a := range []apiClient{s.login(person.Auditor, "010301", 0), s.login(person.DataProtectionOfficer, "regione", 0)} {
		a.expect(http.StatusOK, http.MethodGet, "/api/v1/access-records?kind=ticket", nil)
	}
}
