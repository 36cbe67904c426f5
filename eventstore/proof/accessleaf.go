// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package proof

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// The leaf of an access record is an RFC 6962 leaf hash too: SHA-256 of a zero byte and the UTF-8 text of a JSON array of 24 values, which are
// separated by a comma and a space. The database computes it (access.leaf). The values are, in this order:
//
//	1 (version), position, at (microseconds since 1970 UTC), kind, outcome, person, role, entity, controller, ticket, shown, look, detail, subject,
//	hashes, terms (lower-case hex), terms_key, session, address, workstation, command_line, purpose, typed_at (microseconds), login
//
// Numbers are decimal, ids are texts in lower case, an empty column is null, and arrays have no space after their commas. In a text, a quotation mark
// and a backslash follow a backslash; backspace, form feed, line feed, carriage return and tab are \b \f \n \r \t; other characters below U+0020 are
// \u and four lower-case hex digits. All else stands as it is.

// AccessRecord holds the columns of an access record as the access log stores them.
type AccessRecord struct {
	Position    int64
	At          time.Time // in whole microseconds
	Kind        string
	Outcome     string
	Person      string
	Role        string
	Entity      string
	Controller  string
	Ticket      string   // UUID; "": null
	Shown       []string // UUIDs; nil: null
	Look        int64    // 0: null
	Detail      string
	Subject     string
	Hashes      []string // nil: null
	Terms       []byte   // sealed; nil: null
	TermsKey    string   // UUID; "": null
	Session     string
	Address     string
	Workstation string
	CommandLine bool
	Purpose     string
	Typed       time.Time // zero: null
	Login       string
}

// accessVersion is the version of the leaf of access records.
const accessVersion = 1

// Bytes returns the bytes that the leaf hash is computed from.
func (r AccessRecord) Bytes() []byte {
	b := strconv.AppendInt([]byte("["), accessVersion, 10)
	number := func(n int64) { b = strconv.AppendInt(append(b, ", "...), n, 10) }
	null := func() { b = append(b, ", null"...) }
	text := func(s string) { b = appendJSON(append(b, ", "...), s) }
	textOrNull := func(s string) {
		if s == "" {
			null()
			return
		}
		text(s)
	}
	texts := func(all []string) {
		if all == nil {
			null()
			return
		}
		b = append(b, ", ["...)
		for i, s := range all {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, s)
		}
		b = append(b, ']')
	}
	number(r.Position)
	number(r.At.UnixMicro())
	for _, s := range []string{r.Kind, r.Outcome, r.Person, r.Role, r.Entity, r.Controller} {
		text(s)
	}
	textOrNull(r.Ticket)
	texts(r.Shown)
	if r.Look == 0 {
		null()
	} else {
		number(r.Look)
	}
	text(r.Detail)
	text(r.Subject)
	texts(r.Hashes)
	if r.Terms == nil {
		null()
	} else {
		text(hex.EncodeToString(r.Terms))
	}
	textOrNull(r.TermsKey)
	for _, s := range []string{r.Session, r.Address, r.Workstation} {
		text(s)
	}
	b = strconv.AppendBool(append(b, ", "...), r.CommandLine)
	text(r.Purpose)
	if r.Typed.IsZero() {
		null()
	} else {
		number(r.Typed.UnixMicro())
	}
	text(r.Login)
	return append(b, ']')
}

// Hash returns the leaf: the RFC 6962 leaf hash of Bytes.
func (r AccessRecord) Hash() tlog.Hash { return tlog.RecordHash(r.Bytes()) }

// jsonEscapes holds the characters of a text that stand after a backslash, by the byte that they stand for.
var jsonEscapes = map[byte]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}

// appendJSON appends a text as Postgres writes it in JSON. Package encoding/json escapes other characters.
func appendJSON(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case jsonEscapes[c] != "":
			b = append(b, jsonEscapes[c]...)
		case c < ' ':
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
