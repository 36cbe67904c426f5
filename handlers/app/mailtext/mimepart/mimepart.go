// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package mimepart splits a mail into its parts, and decodes texts, fields and files, as mail programs write them, malformed ones included. It
// takes time linear in the size of the mail.
package mimepart

import (
	"bytes"
	"errors"
	"net/textproto"
	"regexp"
	"strings"
)

// Part is a part of a mail, or the mail itself.
type Part struct {
	Header   textproto.MIMEHeader
	Kind     string // media type, in lower case
	Params   map[string]string
	Content  []byte // in its transfer encoding; nil if the part consists of parts
	Children []*Part
	Preamble []byte // what stands before the first and after the last of the parts
}

// Decoded returns the content without its transfer encoding. rest is what follows the encoded content, such as a footer.
func (p *Part) Decoded() (content, rest []byte) {
	return decodeTransfer(p.Content, p.Encoding())
}

// Limits for the structure of a mail.
const (
	maxParts     = 800
	maxDepth     = 100     // of multiparts within each other
	maxHeader    = 1 << 20 // bytes
	maxDelimiter = 10_000  // lines that may separate parts
)

// Errors of Parse.
var (
	ErrParts  = errors.New("too many parts")
	ErrHeader = errors.New("the header is too long")
)

// Parse splits a mail into its parts. Errors: ErrParts, ErrHeader.
func Parse(raw []byte) (*Part, error) {
	raw = bytes.TrimLeft(raw, "\r\n")
	switch {
	case bytes.Count(raw, []byte("\n--")) > maxDelimiter:
		return nil, ErrParts
	case headerEnd(raw) > maxHeader:
		return nil, ErrHeader
	}
	for fieldLine.Match(bytes.TrimLeft(raw, " \t")) && (raw[0] == ' ' || raw[0] == '\t') { // a header that begins with the rest of a field
		raw = bytes.TrimLeft(raw, " \t")
	}
	parts := 0
	root := parsePart(raw, "", 0, &parts)
	if parts > maxParts {
		return nil, ErrParts
	}
	return root, nil
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
func parsePart(raw []byte, fallback string, depth int, parts *int) *Part {
	header, body := splitHeader(raw)
	p := &Part{Header: header, Content: body}
	if *parts++; *parts > maxParts {
		return p
	}
	boundary := p.chooseType(fallback, depth == 0)
	if depth > maxDepth || boundary == "" {
		return p
	}
	sections, preamble := splitSections(p.Content, boundary)
	fallback = ""
	if p.Kind == "multipart/digest" {
		fallback = "message/rfc822"
	}
	for _, s := range sections {
		p.Children = append(p.Children, parsePart(s, fallback, depth+1, parts))
	}
	if len(p.Children) > 0 {
		p.Content, p.Preamble = nil, preamble
	}
	return p
}

// maxTypes is the maximum number of types of a part that are tried.
const maxTypes = 5

// chooseType sets the type of a part. It returns the boundary between the parts within it; "" if it has none. Of several types the one whose
// boundary is found counts. Some programs encode the whole multipart, or forget the type of the mail.
func (p *Part) chooseType(fallback string, isMail bool) (boundary string) {
	fields := p.Header["Content-Type"]
	for _, field := range fields[:min(len(fields), maxTypes)] {
		kind, params := ParseMediaType(field)
		if p.Kind == "" && kind != "" {
			p.Kind, p.Params = kind, params
		}
		if !strings.HasPrefix(kind, "multipart/") {
			continue
		}
		decoded, _ := p.Decoded()
		for _, content := range [][]byte{p.Content, decoded} {
			if boundary = findBoundary(content, params["boundary"]); boundary != "" {
				p.Kind, p.Params, p.Content = kind, params, content
				return boundary
			}
		}
	}
	if p.Kind == "" {
		p.Kind = fallback
	}
	if isMail && len(fields) == 0 {
		if boundary = guessBoundary(p.Content); boundary != "" && bytes.Contains(p.Content, []byte("--"+boundary+"--")) {
			p.Kind = "multipart/mixed"
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
