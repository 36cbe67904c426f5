// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package referto is the door to the connected systems: the ASR's own reports and payments, and FSE/ROL, behind one small
// HTTP contract of ours.
//
// A system answers POST {base}/v1/{query} for find-report, download-requested, sending-result, pin-match and
// payment-state. The request is JSON with what is known: request (a UUID, the same when it is repeated), tax_code,
// facilitated, identifier, produced_on, iuv, ticket_number; a POST, so that nothing personal stands in a URL. 200 answers
// {"facts": {name: true or false}, "evidence": {field: text}} with those names that package playbook lists for the query;
// a fact that is left out is not known. 404 says that nothing is known. Anything else is a failure. Where a token is
// configured it comes as Authorization: Bearer.
package referto

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/playbook"
)

// Request is what a system is asked with.
type Request struct {
	Request      string `json:"request"`
	TaxCode      string `json:"tax_code,omitempty"`
	Facilitated  bool   `json:"facilitated,omitempty"`
	Identifier   string `json:"identifier,omitempty"`
	ProducedOn   string `json:"produced_on,omitempty"`
	IUV          string `json:"iuv,omitempty"`
	TicketNumber string `json:"ticket_number,omitempty"`
}

// Answer is what it says.
type Answer struct {
	Facts    map[playbook.Fact]bool `json:"facts"`
	Evidence playbook.Evidence      `json:"evidence,omitempty"`
}

// maxAnswer bounds an answer, bytes.
const maxAnswer = 64 << 10

// errNonsense is an answer that is none.
var errNonsense = errors.New("the answer does not keep to the contract")

// contradictions are facts that cannot both hold.
var contradictions = [][2]playbook.Fact{{"found", "preparing"}, {"due", "settled"}}

// read takes an answer strictly: a half answer, an unknown name, a value of another type, a date that is none or facts that
// contradict one another make all of it worthless.
func read(q playbook.Query, body io.Reader) (Answer, error) {
	text, err := io.ReadAll(io.LimitReader(body, maxAnswer+1))
	if err != nil {
		return Answer{}, err
	}
	var a Answer
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil || d.More() || len(text) > maxAnswer || a.Facts == nil {
		return Answer{}, fmt.Errorf("%w: %d bytes are no answer to %s", errNonsense, len(text), q)
	}
	for f := range a.Facts {
		if !slices.Contains(playbook.Facts[q], f) {
			return Answer{}, fmt.Errorf("%w: %s has no such fact", errNonsense, q)
		}
	}
	for _, c := range contradictions {
		if a.Facts[c[0]] && a.Facts[c[1]] {
			return Answer{}, fmt.Errorf("%w: %s and %s contradict one another", errNonsense, c[0], c[1])
		}
	}
	for field, value := range a.Evidence {
		_, err := time.Parse(time.DateOnly, value)
		if !slices.Contains(playbook.Supplied[q], field) || len(value) > 100 || strings.HasSuffix(string(field), "_on") && err != nil {
			return Answer{}, fmt.Errorf("%w: %s has no such evidence", errNonsense, q)
		}
	}
	return a, nil
}
