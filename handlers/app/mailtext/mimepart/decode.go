// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mimepart

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// Encoding returns the transfer encoding that a part declares; of several the one that encodes.
func (p *Part) Encoding() string {
	for _, field := range p.Header["Content-Transfer-Encoding"] {
		name, _, _ := strings.Cut(strings.ToLower(strings.TrimLeft(field, " \t\"'")), ";")
		if words := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(" \t\"'(", r) }); len(words) > 0 &&
			(words[0] == "base64" || words[0] == "quoted-printable") {
			return words[0]
		}
	}
	return ""
}

// decodeTransfer undoes the transfer encoding of a part, as far as the content fits it. rest is what follows the encoded content, such as
// the footer that a mailing list appends to a base64 text. An unknown encoding means that the content is not encoded.
func decodeTransfer(content []byte, encoding string) (decoded, rest []byte) {
	switch encoding {
	case "base64":
		return DecodeBase64(content)
	case "quoted-printable":
		return decodeQuotedPrintable(content), nil
	default:
		return content, nil
	}
}

// DecodeBase64 decodes the base64 lines at the beginning of content, padded or not, also in pieces that are each padded. Content that does not
// begin with base64 is returned as it is: some programs declare the encoding and do not use it.
func DecodeBase64(content []byte) (decoded, rest []byte) {
	decoded, rest, padded := decodeBase64Piece(content)
	for padded && isLongBase64(rest) {
		var more []byte
		more, rest, padded = decodeBase64Piece(rest)
		decoded = append(decoded, more...)
	}
	return decoded, rest
}

// decodeBase64Piece decodes base64 up to its padding; padded is false if there is none.
func decodeBase64Piece(content []byte) (decoded, rest []byte, padded bool) {
	var digits []byte
	end := 0
	for end < len(content) && !padded {
		line, after, _ := bytes.Cut(content[end:], []byte("\n"))
		if len(bytes.TrimSpace(line)) == 0 { // all empty lines at once, so that each is read once
			after = bytes.TrimLeft(after, lineSpace)
		}
		found, ok := base64Digits(line, len(digits) > 0)
		if !ok || len(found) == 0 && len(digits) > 0 && !isLongBase64(after) && !isLastBase64(after, len(digits)) {
			break
		}
		padded = bytes.HasSuffix(bytes.TrimSpace(line), []byte("="))
		digits, end = append(digits, found...), len(content)-len(after)
	}
	if len(digits) == 0 {
		return content, nil, false
	}
	if len(digits)%4 == 1 { // a single digit holds no byte
		digits = digits[:len(digits)-1]
	}
	decoded = make([]byte, base64.RawStdEncoding.DecodedLen(len(digits)))
	n, _ := base64.RawStdEncoding.Decode(decoded, digits) // digits holds nothing else, so it cannot fail
	return decoded[:n], content[end:], padded
}

// lineSpace lists the characters of empty lines.
const lineSpace = " \t\r\n"

// isLongBase64 reports whether content begins with a whole line of base64, of at least 60 digits.
func isLongBase64(content []byte) bool {
	first, _, _ := bytes.Cut(bytes.TrimLeft(content, lineSpace), []byte("\n"))
	digits, ok := base64Digits(first, false)
	return ok && len(digits) >= 60
}

// isLastBase64 reports whether content is one line that ends a base64 text of n digits. A word of a footer is shorter than such a line, or has
// no capital letter or digit within.
func isLastBase64(content []byte, n int) bool {
	last, after, _ := bytes.Cut(bytes.Trim(content[:min(len(content), 200)], lineSpace), []byte("\n"))
	digits, ok := base64Digits(last, false)
	return ok && len(after) == 0 && n%4 == 0 && len(digits) >= 8 && (len(bytes.TrimSpace(last)))%4 == 0 &&
		bytes.ContainsFunc(digits[1:], func(r rune) bool { return r < 'a' })
}

// base64Digits returns the base64 digits of a line, and whether the line may be one of encoded content. Within the content a few damaged
// characters are skipped; a line with blanks between words ends it.
func base64Digits(line []byte, within bool) (digits []byte, ok bool) {
	trimmed := bytes.TrimRight(bytes.TrimSpace(line), "=")
	odd := 0
	for _, c := range trimmed {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			digits = append(digits, c)
		default:
			odd++
		}
	}
	if odd == 0 {
		return digits, true
	}
	return digits, within && !bytes.ContainsAny(trimmed, " \t_") && odd*10 < len(trimmed)
}

// decodeQuotedPrintable decodes quoted-printable content. An equals sign that begins no code stays as it is.
func decodeQuotedPrintable(content []byte) []byte {
	out := make([]byte, 0, len(content))
	for len(content) > 0 {
		i := bytes.IndexByte(content, '=')
		if i < 0 {
			return append(out, content...)
		}
		out, content = append(out, content[:i]...), content[i+1:]
		after := bytes.TrimLeft(content, " \t\r")
		var code [1]byte
		switch {
		case len(after) == 0:
			return out
		case after[0] == '\n': // a soft line break
			content = after[1:]
		case len(content) >= 2 && isHex(content[:2], &code):
			out, content = append(out, code[0]), content[2:]
		default:
			out = append(out, '=')
		}
	}
	return out
}

func isHex(digits []byte, code *[1]byte) bool {
	_, err := hex.Decode(code[:], digits)
	return err == nil
}
