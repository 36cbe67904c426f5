// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// decodeTransfer undoes the transfer encoding of a part, as far as the content fits it. rest is what follows the encoded content, such as
// the footer that a mailing list appends to a base64 text. An unknown encoding means that the content is not encoded.
func decodeTransfer(content []byte, encoding string) (decoded, rest []byte) {
	encoding, _, _ = strings.Cut(strings.ToLower(encoding), ";")
	switch strings.Trim(encoding, " \t\"'") {
	case "base64":
		return decodeBase64(content)
	case "quoted-printable":
		return decodeQuotedPrintable(content), nil
	default:
		return content, nil
	}
}

// decodeBase64 decodes the base64 lines at the beginning of content, padded or not. Content that does not begin with base64 is returned
// as it is: some programs declare the encoding and do not use it.
func decodeBase64(content []byte) (decoded, rest []byte) {
	var digits []byte
	end, padded := 0, false
	for end < len(content) && !padded {
		lineEnd := end + len(content[end:])
		if i := bytes.IndexByte(content[end:], '\n'); i >= 0 {
			lineEnd = end + i + 1
		}
		found, ok := base64Digits(content[end:lineEnd], len(digits) > 0)
		if !ok || len(found) == 0 && len(digits) > 0 && !isLongBase64(content[lineEnd:]) {
			break
		}
		padded = bytes.HasSuffix(bytes.TrimSpace(content[end:lineEnd]), []byte("="))
		digits, end = append(digits, found...), lineEnd
	}
	if len(digits) == 0 {
		return content, nil
	}
	if len(digits)%4 == 1 { // a single digit holds no byte
		digits = digits[:len(digits)-1]
	}
	decoded = make([]byte, base64.RawStdEncoding.DecodedLen(len(digits)))
	n, _ := base64.RawStdEncoding.Decode(decoded, digits) // digits holds nothing else, so it cannot fail
	if padded && len(bytes.TrimSpace(content[end:])) > 0 {
		if more, after := decodeBase64(content[end:]); isLongBase64(content[end:]) { // encoded in pieces, each padded
			return append(decoded[:n], more...), after
		}
	}
	return decoded[:n], content[end:]
}

// isLongBase64 reports whether content begins with a whole line of base64, of at least 60 digits.
func isLongBase64(content []byte) bool {
	first, _, _ := bytes.Cut(bytes.TrimSpace(content), []byte("\n"))
	digits, ok := base64Digits(first, false)
	return ok && len(digits) >= 60
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
		end := bytes.IndexByte(content, '\n')
		var code [1]byte
		switch {
		case len(bytes.TrimSpace(content)) == 0:
			return out
		case end >= 0 && len(bytes.TrimRight(content[:end], " \t\r")) == 0: // a soft line break
			content = content[end+1:]
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
