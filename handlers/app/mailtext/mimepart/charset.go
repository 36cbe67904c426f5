// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mimepart

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

// metaCharset finds the character set that an HTML text declares.
var metaCharset = regexp.MustCompile(`(?i)<meta[^>]{0,200}charset\s*=\s*["']?([a-z0-9_.:-]+)`)

// DecodeText returns text as valid UTF-8 without NUL. The name of its character set may be wrong: a text that is valid UTF-8 is UTF-8, and
// what programs call ISO-8859-1 or ASCII is Windows-1252.
func DecodeText(content []byte, charset string) string {
	switch {
	case bytes.HasPrefix(content, []byte("\xff\xfe")), bytes.HasPrefix(content, []byte("\xfe\xff")):
		return clean(decodeWith(content, unicode.UTF16(unicode.BigEndian, unicode.UseBOM)))
	case bytes.HasPrefix(content, []byte("\xef\xbb\xbf")):
		content = content[3:]
	case isBigEndian(content):
		return clean(decodeWith(content, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)))
	}
	if strings.HasSuffix(strings.ToLower(strings.Trim(charset, " \"'")), "utf-7") {
		return clean(decodeUTF7(content))
	}
	e := encodingOf(charset)
	if e == nil || isASCIISuperset(e) && hasUTF8(content) {
		return clean(decodeMixed(content))
	}
	return clean(norm.NFC.String(decodeWith(content, e)))
}

func decodeWith(content []byte, e encoding.Encoding) string {
	decoded, err := e.NewDecoder().Bytes(content)
	if err != nil {
		return decodeMixed(content)
	}
	return string(decoded)
}

func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// isBigEndian reports whether content looks like UTF-16 with the high byte first, whatever its charset is called: most first bytes are zero.
func isBigEndian(content []byte) bool {
	zero, units := 0, min(len(content), 2000)/2
	for i := range units {
		if content[2*i] == 0 && content[2*i+1] != 0 {
			zero++
		}
	}
	return units > 1 && zero*2 > units
}

// shifted matches a run of UTF-7 that is base64 of UTF-16, without padding.
var shifted = regexp.MustCompile(`\+([A-Za-z0-9+/]*)-?`)

// decodeUTF7 decodes UTF-7 (RFC 2152).
func decodeUTF7(content []byte) string {
	decoded := shifted.ReplaceAllFunc(content, func(run []byte) []byte {
		digits := bytes.TrimSuffix(run[1:], []byte("-"))
		if len(digits) == 0 {
			return []byte("+")
		}
		units, _ := base64.RawStdEncoding.DecodeString(string(digits[:len(digits)/4*4+[]int{0, 0, 2, 3}[len(digits)%4]]))
		text, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder().Bytes(units[:len(units)/2*2])
		if err != nil || len(units) < 2 {
			return run
		}
		return text
	})
	return string(decoded)
}

// hasUTF8 reports whether content is valid UTF-8 with characters beyond ASCII. Texts in other character sets practically never are.
func hasUTF8(content []byte) bool {
	return utf8.Valid(content) && bytes.ContainsFunc(content, func(r rune) bool { return r >= utf8.RuneSelf })
}

// isASCIISuperset reports whether the encoding has the ASCII characters as single bytes, as UTF-16 and ISO-2022-JP have not.
func isASCIISuperset(e encoding.Encoding) bool {
	switch name, _ := htmlindex.Name(e); name {
	case "utf-16be", "utf-16le", "iso-2022-jp", "replacement":
		return false
	}
	return true
}

// decodeMixed decodes UTF-8; bytes that are not UTF-8 count as Windows-1252, as in a text with a footer in another character set.
func decodeMixed(content []byte) string {
	if utf8.Valid(content) {
		return string(content)
	}
	var b strings.Builder
	for len(content) > 0 {
		r, n := utf8.DecodeRune(content)
		if r == utf8.RuneError && n == 1 {
			r = charmap.Windows1252.DecodeByte(content[0])
		}
		b.WriteRune(r)
		content = content[n:]
	}
	return b.String()
}

// encodingOf returns the encoding with a name, in the spellings that programs use; nil for UTF-8, ASCII, ISO-8859-1 and unknown names,
// which decodeMixed decodes.
func encodingOf(name string) encoding.Encoding {
	name = strings.ToLower(strings.Trim(name, " \t\"';"))
	name = strings.TrimPrefix(name, "charset=")
	for _, n := range []string{name, strings.ReplaceAll(name, "_", "-"), strings.TrimPrefix(name, "x-"), "x-" + name, strings.Replace(name, "cp", "windows-", 1),
		strings.Replace(name, "cp-", "ibm", 1), strings.Replace(name, "windows", "windows-", 1)} {
		switch n {
		case "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso8859-1", "latin1", "windows-1252", "x-windows-1252", "":
			return nil
		}
		if e, err := htmlindex.Get(n); err == nil {
			return e
		}
		if e, err := ianaindex.MIME.Encoding(n); err == nil && e != nil {
			return e
		}
	}
	return nil
}

// DeclaredInHTML returns the character set that an HTML text declares in its first bytes.
func DeclaredInHTML(content []byte) string {
	if found := metaCharset.FindSubmatch(content[:min(len(content), 2048)]); found != nil {
		return string(found[1])
	}
	return ""
}

// WordDecoder decodes encoded words in any character set that DecodeText knows.
var WordDecoder = mime.WordDecoder{CharsetReader: func(name string, input io.Reader) (io.Reader, error) {
	content, err := io.ReadAll(input)
	return strings.NewReader(DecodeText(content, name)), err
}}

// DecodeHeader decodes a header field with encoded words. Raw bytes in it count as text.
func DecodeHeader(s string) string {
	decoded, err := WordDecoder.DecodeHeader(s)
	if err != nil {
		decoded = s
	}
	return DecodeText([]byte(decoded), "")
}
