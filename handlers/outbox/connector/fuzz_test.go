// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package connector

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/playbook"
)

// FuzzDecodeAnswer decodes answers of a connected system. One that is accepted holds only facts and evidence of the query.
func FuzzDecodeAnswer(f *testing.F) {
	for _, body := range []string{
		`{"facts": {}}`, `{"facts": {"found": true}, "evidence": {"identificativo": "REF-1"}}`, `{"facts": {"found": true, "preparing": true}}`,
		`{"facts": {"found": null}}`, `{"facts": {"found": true}} {}`, `{"facts": {"found": true, "found": false}}`, "", "null", "[", "{\"facts\": {\"\xff\": true}}",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for query, facts := range playbook.QueryFacts {
			a, err := decodeAnswer(query, strings.NewReader(body))
			if err != nil {
				continue
			}
			known := map[playbook.Fact]bool{}
			for _, fact := range facts {
				known[fact] = true
			}
			for fact := range a.Facts {
				if !known[fact] {
					t.Errorf("%s: got the fact %q, which is of another query", query, fact)
				}
			}
			for field, text := range a.Evidence {
				if !isValidEvidence(query, field, text) {
					t.Errorf("%s: got the evidence %s %q, want a refusal", query, field, text)
				}
			}
		}
	})
}
