// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"bytes"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"

	"github.com/jhillyerd/enmime/v2"
	"github.com/jhillyerd/enmime/v2/mediatype"
)

// readMessage reads a mail that is carried by depth other mails.
func readMessage(raw []byte, depth int) (*Message, error) {
	m, root, err := readTree(raw)
	if err != nil {
		return nil, err
	}
	if m.header("X-Trasporto") != "" { // an envelope of certified mail, also of one with an anomaly
		if inner := carriedIn(root, depth); inner != nil {
			return inner, nil
		}
	}
	r := partReader{message: m, depth: depth}
	m.lines = r.read(root, 0)
	m.detectReaction()
	if r.err == nil && len(m.Visible()) > maxVisible {
		r.err = ErrText
	}
	return m, r.err
}

// readTree reads the header and the tree of parts.
func readTree(raw []byte) (*Message, *enmime.Part, error) {
	if delimiters(raw) > maxDelimiter {
		return nil, nil, ErrParts
	}
	if end := headerEnd(raw); end > maxHeader {
		return nil, nil, ErrHeader
	}
	parts, multiparts := 0, 0
	parser := enmime.NewParser(enmime.RawContent(true), enmime.MultipartWOBoundaryAsSinglePart(true),
		enmime.SetCustomParseMediaType(func(field string) (string, map[string]string, []string, error) {
			kind, params := parseMediaType(field)
			if parts++; params["boundary"] != "" {
				multiparts++
			}
			if parts > 4*maxParts || multiparts > 2*maxDepth {
				return "", nil, nil, ErrParts
			}
			return kind, params, nil, nil
		}))
	root, err := parser.ReadParts(bytes.NewReader(raw))
	if parts > 4*maxParts || multiparts > 2*maxDepth {
		return nil, nil, ErrParts
	}
	if err != nil { // what cannot be read as parts is read as one text
		root = enmime.NewPart("text/plain")
		root.Header = textproto.MIMEHeader{}
		root.Content = raw
	}
	m := &Message{Header: root.Header, kind: root.ContentType}
	m.MessageID = strings.Trim(m.header("Message-Id"), "<> ")
	m.Subject = firstRunes(decodeHeader(m.header("Subject")), maxSubject)
	m.SenderName, m.SenderAddress = sender(m.header("From"))
	return m, root, nil
}

// delimiters counts the lines that may separate parts.
func delimiters(raw []byte) int {
	return bytes.Count(raw, []byte("\n--"))
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

// missingSemicolon matches a type that is followed by a parameter without a semicolon.
var missingSemicolon = regexp.MustCompile(`^(\s*[\w.+-]+/[\w.+-]+)[ \t]+`)

var looseParameter = regexp.MustCompile(`(?i)(boundary|charset|name|filename|smime-type|report-type)\s*=\s*("[^"]*"|[^;\s]+)`)

// parseMediaType parses the field Content-Type or Content-Disposition. A malformed field gives what can be found in it.
func parseMediaType(field string) (kind string, params map[string]string) {
	field = missingSemicolon.ReplaceAllString(field, "$1; ")
	kind, params, _, err := mediatype.Parse(field)
	if err == nil && params != nil {
		return strings.ToLower(kind), params
	}
	kind, _, _ = strings.Cut(field, ";")
	if first := strings.Fields(kind); len(first) > 0 {
		kind = strings.ToLower(first[0])
	}
	params = map[string]string{}
	for _, p := range looseParameter.FindAllStringSubmatch(field, -1) {
		if _, known := params[strings.ToLower(p[1])]; !known {
			params[strings.ToLower(p[1])] = strings.Trim(p[2], "\"")
		}
	}
	return kind, params
}

var looseAddress = regexp.MustCompile(`[^\s<>"(),;:]+@[^\s<>"(),;:]+`)

// sender returns the name and the address of a field From, as far as they can be read.
func sender(field string) (name, address string) {
	parser := mail.AddressParser{WordDecoder: &wordDecoder}
	if all, err := parser.ParseList(field); err == nil && len(all) > 0 {
		return decodeHeader(all[0].Name), all[0].Address
	}
	address = looseAddress.FindString(field)
	name, _, _ = strings.Cut(field, "<")
	if address != "" && strings.Contains(name, address) {
		name = ""
	}
	return strings.Trim(decodeHeader(name), "\" "), address
}

// fileName returns the name of the file in a part; "" if it has none.
func fileName(p *enmime.Part) string {
	_, disposition := parseMediaType(p.Header.Get("Content-Disposition"))
	_, kind := parseMediaType(p.Header.Get("Content-Type"))
	for _, name := range []string{disposition["filename"], kind["name"], p.FileName} {
		if name = strings.TrimSpace(decodeFileName(name)); name != "" {
			return name
		}
	}
	return ""
}

// betweenWords matches what separates two encoded words.
var betweenWords = regexp.MustCompile(`\?=\s*=\?(?i:utf-8)\?(?i:q)\?`)

// decodeFileName decodes a file name with encoded words, also with a character that is split between two words.
func decodeFileName(name string) string {
	if strings.Contains(name, "=?") {
		name = betweenWords.ReplaceAllString(name, "")
	}
	decoded := decodeHeader(name)
	if strings.HasPrefix(decoded, "=?") && strings.HasSuffix(decoded, "?=") { // an encoded word without content, or broken
		return ""
	}
	return decoded
}
