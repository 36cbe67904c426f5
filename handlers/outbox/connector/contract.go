// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package connector is the door to the connected systems: the ASR's own reports and payments, and FSE/ROL, behind one small
// HTTP contract of ours.
//
// A system answers POST {base}/v1/{query} for find-report, download-requested, sending-result, pin-match and
// payment-state. The request is JSON with what is known: request (a UUID, the same when it is repeated), tax_code,
// facilitated, identifier, produced_on, iuv, ticket_number; a POST, so that nothing personal stands in a URL. 200 answers
// {"facts": {name: true or false}, "evidence": {field: text}} with those names that package playbook lists for the query;
// a fact that is left out is not known. 404 says that nothing is known. Anything else is a failure. Where a token is
// configured it comes as Authorization: Bearer.
package connector

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/playbook"
)

// Request is what a system is asked with.
type Request struct {
	ID           string `json:"request"`
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

// errInvalidAnswer is an answer that is none.
var errInvalidAnswer = errors.New("the answer does not keep to the contract")

// contradictions are facts that cannot both hold.
var contradictions = [][2]playbook.Fact{{"found", "preparing"}, {"due", "settled"}}

// decodeAnswer takes an answer strictly: a half answer, an unknown name or one that is said twice, a value of another type (null is
// no answer either), evidence that could not stand in a note, a date that is none or facts that contradict one another
// make all of it worthless.
func decodeAnswer(q playbook.Query, body io.Reader) (Answer, error) {
	text, err := io.ReadAll(io.LimitReader(body, maxAnswer+1))
	if err != nil {
		return Answer{}, err
	}
	var a Answer
	d := json.NewDecoder(bytes.NewReader(text))
	err = decodeObject(d, func(part string) error {
		switch part {
		case "facts":
			a.Facts = map[playbook.Fact]bool{}
			return decodeObject(d, func(name string) (err error) {
				f := playbook.Fact(name)
				if !slices.Contains(playbook.QueryFacts[q], f) {
					return errInvalidAnswer
				}
				a.Facts[f], err = decodeValue[bool](d)
				return err
			})
		case "evidence":
			a.Evidence = playbook.Evidence{}
			return decodeObject(d, func(name string) (err error) {
				f := playbook.FieldID(name)
				if a.Evidence[f], err = decodeValue[string](d); err == nil && !isValidEvidence(q, f, a.Evidence[f]) {
					err = errInvalidAnswer
				}
				return err
			})
		}
		return errInvalidAnswer
	})
	if _, end := d.Token(); err != nil || !errors.Is(end, io.EOF) || a.Facts == nil || !utf8.Valid(text) || len(text) > maxAnswer {
		return Answer{}, fmt.Errorf("%w: %d bytes are no answer to %s", errInvalidAnswer, len(text), q)
	}
	for _, c := range contradictions {
		if a.Facts[c[0]] && a.Facts[c[1]] {
			return Answer{}, fmt.Errorf("%w: %s and %s contradict one another", errInvalidAnswer, c[0], c[1])
		}
	}
	return a, nil
}

// isValidEvidence tells whether a system may supply the evidence, and whether it has the form.
func isValidEvidence(q playbook.Query, f playbook.FieldID, value string) bool {
	if !slices.Contains(playbook.QueryEvidence[q], f) || value == "" || len(value) > 100 {
		return false
	}
	switch {
	case strings.HasSuffix(string(f), "_on"):
		_, err := time.Parse(time.DateOnly, value)
		return err == nil
	case f == "exempt":
		return value == "true" || value == "false"
	}
	return !strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) })
}

// decodeObject reads a JSON object in which every name stands once; each reads what follows a name.
func decodeObject(d *json.Decoder, each func(name string) error) error {
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errInvalidAnswer
	}
	for seen := map[string]bool{}; d.More(); {
		name, err := decodeValue[string](d)
		if err != nil || seen[name] {
			return errInvalidAnswer
		}
		seen[name] = true
		if err := each(name); err != nil {
			return err
		}
	}
	_, err := d.Token() // its end, or what is not
	return err
}

// decodeValue reads a JSON value of exactly that type.
func decodeValue[T bool | string](d *json.Decoder) (T, error) {
	t, err := d.Token()
	v, ok := t.(T)
	if err != nil || !ok {
		return v, errInvalidAnswer
	}
	return v, nil
}
