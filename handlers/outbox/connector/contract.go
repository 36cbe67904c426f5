// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package connector asks connected systems about checks of a playbook and records their answers on tickets. Connected systems are the
// systems of an ASR for reports and payments, and FSE/ROL. They all implement one small HTTP contract, which this project defines.
//
// A system answers POST {base}/v1/{query} for find-report, download-requested, sending-result, pin-match and
// payment-state. The request is JSON with the known values: request (a UUID, the same for repeated requests), tax_code, facilitated,
// identifier, produced_on, iuv, ticket_number. It is a POST so that URLs contain no personal data. The answer has status 200 and the body
// {"facts": {name: true or false}, "evidence": {field: text}} with the names that package playbook lists for the query; a fact that the
// answer leaves out is not known. Status 404 means that the system has no information. Any other status is a failure. A configured token
// is sent as Authorization: Bearer.
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

// Request is the body of a request to a connected system.
type Request struct {
	ID           string `json:"request"`
	TaxCode      string `json:"tax_code,omitempty"`
	Facilitated  bool   `json:"facilitated,omitempty"`
	Identifier   string `json:"identifier,omitempty"`
	ProducedOn   string `json:"produced_on,omitempty"`
	IUV          string `json:"iuv,omitempty"`
	TicketNumber string `json:"ticket_number,omitempty"`
}

// Answer is the body of a connected system's answer.
type Answer struct {
	Facts    map[playbook.Fact]bool `json:"facts"`
	Evidence playbook.Evidence      `json:"evidence,omitempty"`
}

// maxAnswer is the maximum size of an answer's body, in bytes.
const maxAnswer = 64 << 10

// errInvalidAnswer reports an answer that violates the contract.
var errInvalidAnswer = errors.New("the answer violates the contract")

// contradictions lists pairs of facts that cannot both be true.
var contradictions = [][2]playbook.Fact{{"found", "preparing"}, {"due", "settled"}}

// decodeAnswer decodes an answer strictly. It returns errInvalidAnswer for an incomplete or too long answer, an unknown or repeated name, a
// value of another type (null included), evidence that cannot be part of a note, an invalid date, and contradictory facts. An error of
// reading the body is returned as it is.
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

// isValidEvidence reports whether the query's answer may contain the field and the value has its format: 1 to 100 bytes of printable
// characters, a date for fields that end in _on, true or false for exempt.
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

// decodeObject reads a JSON object with unique names. It calls each after each name; each must read the value.
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
	_, err := d.Token() // the closing brace, or an error
	return err
}

// decodeValue reads a JSON value of type T; errInvalidAnswer for any other value.
func decodeValue[T bool | string](d *json.Decoder) (T, error) {
	t, err := d.Token()
	v, ok := t.(T)
	if err != nil || !ok {
		return v, errInvalidAnswer
	}
	return v, nil
}
