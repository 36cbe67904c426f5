// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mimepart

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxField is the maximum length, in bytes, of a field with parameters.
const maxField = 16 << 10

// ParseMediaType parses the field Content-Type or Content-Disposition, also a malformed one: without semicolons, with unquoted spaces, with a
// missing quotation mark. Of a parameter that stands twice the first counts.
func ParseMediaType(field string) (kind string, params map[string]string) {
	kind, rest, _ := strings.Cut(field[:min(len(field), maxField)], ";")
	kind = looseKind.ReplaceAllString(kind, "$1/$2 $3")
	if words := strings.Fields(kind); len(words) > 0 {
		kind, rest = words[0], strings.Join(words[1:], " ")+";"+rest
	}
	params = map[string]string{}
	pieces := map[string][]pieceOfParam{}
	for rest != "" {
		name, after, found := strings.Cut(rest, "=")
		if !found {
			break
		}
		if i := strings.LastIndexAny(strings.TrimRight(name, " \t"), "; \t"); i >= 0 {
			name = name[i+1:]
		}
		var value string
		value, rest = paramValue(after)
		name = strings.ToLower(strings.TrimSpace(name))
		if base, number, extended := strings.Cut(name, "*"); extended {
			pieces[base] = append(pieces[base], newPiece(number, value))
		} else if _, known := params[name]; !known {
			params[name] = value
		}
	}
	for name, all := range pieces {
		params[name] = joinPieces(all)
	}
	for _, name := range []string{"boundary", "charset"} { // what follows a space is a comment
		if words := strings.Fields(params[name]); len(words) > 1 && strings.HasPrefix(words[1], "(") {
			params[name] = words[0]
		}
	}
	return strings.ToLower(strings.TrimSpace(kind)), params
}

// looseKind matches a type in quotation marks, with spaces, or before a comma or a comment.
var looseKind = regexp.MustCompile(`^\s*"?([\w.+-]+)\s*/\s*([\w.+-]+)["\s,]*(?:\([^)]*\))?(.*)$`)

// nextParam matches the beginning of the next parameter where the semicolon before it is missing.
var nextParam = regexp.MustCompile(`(?i)[ \t]+(boundary|charset|name|filename|format|delsp|type|protocol|micalg|report-type|smime-type|size)(\*\d*\*?)?[ \t]*=`)

// paramValue returns the value with which s begins, and what follows it.
func paramValue(s string) (value, rest string) {
	s = strings.TrimLeft(s, " \t")
	if strings.HasPrefix(s, `"`) {
		s = s[1:]
		for i := 0; i < len(s); i++ {
			switch {
			case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
				i++
			case s[i] == '"':
				return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s[:i]), s[i+1:]
			}
		}
	}
	value, rest, _ = strings.Cut(s, ";")
	if next := nextParam.FindStringIndex(value); next != nil {
		value, rest = value[:next[0]], value[next[0]:]+";"+rest
	}
	return strings.TrimSpace(value), rest
}

// pieceOfParam is a piece of a parameter that is encoded or continued (RFC 2231).
type pieceOfParam struct {
	number  int
	encoded bool
	value   string
}

func newPiece(number, value string) pieceOfParam {
	n, encoded := strings.CutSuffix(number, "*")
	p := pieceOfParam{encoded: encoded || number == "", value: value}
	p.number, _ = strconv.Atoi(n) // a piece without a number is the first
	return p
}

// joinPieces returns the decoded value of a parameter. The first piece may name the character set.
func joinPieces(all []pieceOfParam) string {
	slices.SortStableFunc(all, func(a, b pieceOfParam) int { return cmp.Compare(a.number, b.number) })
	charset := ""
	if parts := strings.SplitN(all[0].value, "'", 3); all[0].encoded && len(parts) == 3 {
		charset, all[0].value = parts[0], parts[2]
	}
	var b strings.Builder
	for _, p := range all {
		if plain, err := url.PathUnescape(p.value); p.encoded && err == nil {
			p.value = plain
		}
		b.WriteString(p.value)
	}
	return DecodeText([]byte(b.String()), charset)
}
