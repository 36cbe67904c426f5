// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mimepart

import (
	"bytes"
	"net/textproto"
	"regexp"
	"strings"
)

var (
	fieldLine = regexp.MustCompile(`^([!-9;-~]+)[ \t]*:`)
	// knownField matches the fields of which each header has at least one. A sentence of a person such as «Nota: …» is none.
	knownField = regexp.MustCompile(`(?i)^(from|to|cc|bcc|subject|date|message-id|in-reply-to|references|received|return-path|reply-to|sender|` +
		`delivered-to|mime-version|dkim-signature|authentication-results|auto-submitted|precedence|list-[a-z-]+|user-agent|content-[a-z-]+|x-[a-z0-9-]+)[ \t]*:`)
	contentField = regexp.MustCompile(`(?i)^content-(type|transfer-encoding|disposition)[ \t]*:`)
)

// splitHeader separates the header of a mail or of a part from its body. A line that is no field ends the header if no known field follows it,
// and is skipped otherwise: a mail program wrote the body without an empty line before it, or damaged a line. Content without a known field is
// a body without a header.
func splitHeader(raw []byte) (header textproto.MIMEHeader, body []byte) {
	header = textproto.MIMEHeader{}
	rest := raw
	if empty := emptyLine.Find(rest); empty != nil { // a part without a header; or one above which a program wrote an empty line
		if rest = rest[len(empty):]; !contentField.Match(rest) {
			return header, rest
		}
	}
	lastKnown := lastKnownField(rest)
	if lastKnown < 0 {
		return header, raw
	}
	name, total := "", len(rest)
	var value []byte
	add := func() {
		if name != "" {
			header[name] = append(header[name], strings.TrimSpace(string(value)))
		}
		name = ""
	}
	defer add()
	for len(rest) > 0 {
		l, after, _ := bytes.Cut(rest, []byte("\n"))
		l = bytes.TrimRight(l, "\r")
		field := fieldLine.FindSubmatch(l)
		switch {
		case len(l) == 0, len(bytes.TrimSpace(l)) == 0 && !knownField.Match(after[:min(len(after), 100)]):
			return header, after
		case l[0] == ' ' || l[0] == '\t':
			value = append(append(value, ' '), bytes.TrimSpace(l)...)
		case field != nil:
			add()
			name, value = textproto.CanonicalMIMEHeaderKey(string(field[1])), append(value[:0], l[len(field[0]):]...)
		case total-len(rest) > lastKnown:
			return header, rest
		}
		rest = after
	}
	return header, nil
}

var emptyLine = regexp.MustCompile(`^\r?\n`)

// lastKnownField returns where the last known field above the first empty line begins; -1 if there is none.
func lastKnownField(content []byte) int {
	last := -1
	for at := 0; at < len(content); {
		l, after, _ := bytes.Cut(content[at:], []byte("\n"))
		if len(bytes.TrimRight(l, "\r")) == 0 {
			break
		}
		if knownField.Match(l) {
			last = at
		}
		at = len(content) - len(after)
	}
	return last
}
