// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"bytes"
	"net/textproto"
	"regexp"
	"strings"
)

// part is a part of a mail, or the mail itself.
type part struct {
	header   textproto.MIMEHeader
	kind     string // media type, in lower case
	params   map[string]string
	content  []byte // in its transfer encoding; nil if the part consists of parts
	children []*part
	preamble []byte // what stands before the first and after the last of the parts
}

// readMessage reads a mail that is carried by depth other mails.
func readMessage(raw []byte, depth int) (*Message, error) {
	m, root, err := readTree(raw)
	if err != nil {
		return nil, err
	}
	if m.header("X-Trasporto") != "" { // an envelope of certified mail, also of one with an anomaly
		if inner := carriedIn(root, depth); inner != nil {
			inner.Envelope = &Envelope{m.Header, certificateIn(root, depth)}
			return inner, nil
		}
	}
	r := partReader{message: m, depth: depth}
	m.lines = r.read(root, 0)
	if r.err == nil && len(m.Visible()) > maxVisible {
		r.err = ErrText
	}
	return m, r.err
}

// readTree reads the header and the tree of parts.
func readTree(raw []byte) (*Message, *part, error) {
	raw = bytes.TrimLeft(raw, "\r\n")
	switch {
	case bytes.Count(raw, []byte("\n--")) > maxDelimiter:
		return nil, nil, ErrParts
	case headerEnd(raw) > maxHeader:
		return nil, nil, ErrHeader
	}
	for fieldLine.Match(bytes.TrimLeft(raw, " \t")) && (raw[0] == ' ' || raw[0] == '\t') { // a header that begins with the rest of a field
		raw = bytes.TrimLeft(raw, " \t")
	}
	parts := 0
	root := parsePart(raw, "", 0, &parts)
	if parts > 4*maxParts {
		return nil, nil, ErrParts
	}
	m := &Message{Header: root.header, kind: root.kind, Raw: raw}
	m.MessageID = strings.Trim(m.header("Message-Id"), "<> ")
	m.Subject = firstRunes(decodeHeader(m.header("Subject")), maxSubject)
	m.SenderName, m.SenderAddress = sender(m.header("From"))
	return m, root, nil
}

// headerEnd returns the length of the header.
func headerEnd(raw []byte) int {
	for _, blank := range []string{"\r\n\r\n", "\n\n"} {
		if i := bytes.Index(raw, []byte(blank)); i >= 0 {
			return i
		}
	}
	return len(raw)
}

// parsePart parses a part of a mail and the parts within it. A part without a type has the type fallback.
func parsePart(raw []byte, fallback string, depth int, parts *int) *part {
	header, body := splitHeader(raw)
	p := &part{header: header, content: body}
	if *parts++; *parts > 4*maxParts {
		return p
	}
	boundary := p.chooseType(fallback, depth == 0)
	if depth > maxDepth || boundary == "" {
		return p
	}
	sections, preamble := splitSections(p.content, boundary)
	fallback = ""
	if p.kind == "multipart/digest" {
		fallback = "message/rfc822"
	}
	for _, s := range sections {
		p.children = append(p.children, parsePart(s, fallback, depth+1, parts))
	}
	if len(p.children) > 0 {
		p.content, p.preamble = nil, preamble
	}
	return p
}

// maxTypes is the maximum number of types of a part that are tried.
const maxTypes = 5

// chooseType sets the type of a part. It returns the boundary between the parts within it; "" if it has none. Of several types the one whose
// boundary is found counts. Some programs encode the whole multipart, or forget the type of the mail.
func (p *part) chooseType(fallback string, isMail bool) (boundary string) {
	fields := p.header["Content-Type"]
	for _, field := range fields[:min(len(fields), maxTypes)] {
		kind, params := parseMediaType(field)
		if p.kind == "" && kind != "" {
			p.kind, p.params = kind, params
		}
		if !strings.HasPrefix(kind, "multipart/") {
			continue
		}
		decoded, _ := decodeTransfer(p.content, p.encoding())
		for _, content := range [][]byte{p.content, decoded} {
			if boundary = findBoundary(content, params["boundary"]); boundary != "" {
				p.kind, p.params, p.content = kind, params, content
				return boundary
			}
		}
	}
	if p.kind == "" {
		p.kind = fallback
	}
	if isMail && len(fields) == 0 {
		if boundary = guessBoundary(p.content); boundary != "" && bytes.Contains(p.content, []byte("--"+boundary+"--")) {
			p.kind = "multipart/mixed"
			return boundary
		}
	}
	return ""
}

// findBoundary returns the boundary that separates the parts in a content: the declared one, the same in other letters, or what looks like one;
// "" if there is none.
func findBoundary(content []byte, declared string) string {
	declared = strings.TrimRight(declared, " \t")
	other := ""
	for l := range bytes.Lines(content) {
		found, ok := bytes.CutPrefix(bytes.TrimRight(l, lineSpace), []byte("--"))
		switch {
		case !ok || declared == "":
		case string(found) == declared:
			return declared
		case other == "" && strings.EqualFold(strings.TrimSpace(string(found)), strings.TrimSpace(declared)):
			other = string(found)
		}
	}
	if other != "" {
		return other
	}
	return guessBoundary(content)
}

var boundaryLine = regexp.MustCompile(`(?mi)^--([^\r\n]*[^\r\n \t])[ \t]*\r?\n(\r?\n)?content-[a-z-]+[ \t]*:`)

// guessBoundary returns the text of the first line that stands above the header of a part, as a boundary does.
func guessBoundary(content []byte) string {
	if found := boundaryLine.FindSubmatch(content); found != nil {
		return string(found[1])
	}
	return ""
}

// splitSections returns what stands between the lines of a boundary, and what stands outside of them. Some programs write the closing line of
// an inner multipart with the boundary of the outer one, so that parts may follow it.
func splitSections(content []byte, boundary string) (sections [][]byte, preamble []byte) {
	delimiter := []byte("--" + boundary)
	start, inside := 0, false // of the current section
	add := func(end int) {
		section := content[start:end]
		section, _ = bytes.CutSuffix(section, []byte("\n"))
		section, _ = bytes.CutSuffix(section, []byte("\r"))
		switch {
		case len(section) == 0:
		case inside:
			sections = append(sections, section)
		default:
			preamble = append(append(preamble, section...), '\n')
		}
	}
	for at := 0; at < len(content); {
		i := bytes.Index(content[at:], delimiter)
		if i < 0 {
			break
		}
		i += at
		l, after, _ := bytes.Cut(content[i+len(delimiter):], []byte("\n"))
		at = len(content) - len(after)
		end := string(bytes.TrimRight(l, lineSpace))
		if i > 0 && content[i-1] != '\n' || end != "" && end != "--" {
			at = i + len(delimiter)
			continue
		}
		add(i)
		start, inside = at, end == ""
	}
	if start < len(content) {
		add(len(content))
	}
	return sections, preamble
}
