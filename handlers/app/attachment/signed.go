// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"bytes"
	"encoding/base64"
)

// signedMark precedes the content of a signed file (p7m, RFC 5652): the type «data».
var signedMark = []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")

// signedContent returns what a signed file (p7m) holds, as far as it can be read; nil for another file. Documents and receipts of certified mail
// are sent so, binary or in base64.
func (i *inspection) signedContent(content []byte) []byte {
	if trimmed := bytes.TrimSpace(content); bytes.HasPrefix(trimmed, []byte("MI")) || bytes.HasPrefix(trimmed, []byte("-----BEGIN ")) {
		text := trimmed
		if trimmed[0] == '-' {
			_, text, _ = bytes.Cut(trimmed, []byte("\n"))
			text, _, _ = bytes.Cut(text, []byte("-----END"))
		}
		binary := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
		n, _ := base64.StdEncoding.Decode(binary, text) // it skips ends of lines; what was read before an error counts
		if i.unpacked -= int64(n); i.unpacked < 0 {
			i.unpacked = 0
			i.contains[containsUnread] = true
			return nil
		}
		content = binary[:n]
	}
	const sequence, contextZero = 0x30, 0xA0
	at := bytes.Index(content[:min(len(content), headSize)], signedMark)
	if at < 0 || content[0] != sequence {
		return nil
	}
	rest := content[at+len(signedMark):]
	tag, value, _ := element(rest)
	if tag != contextZero {
		return nil // a signature apart from its content
	}
	return i.octets(value)
}

// octets returns the bytes of an octet string, which may be in parts.
func (i *inspection) octets(content []byte) []byte {
	const octetString, ofParts = 0x04, 0x24
	tag, value, _ := element(content)
	if tag != ofParts {
		if tag != octetString {
			return nil
		}
		return value
	}
	var all []byte
	for rest := value; ; {
		var part []byte
		if tag, part, rest = element(rest); tag != octetString {
			return all
		}
		if i.unpacked -= int64(len(part)); i.unpacked < 0 {
			i.unpacked = 0
			i.contains[containsUnread] = true
			return all
		}
		all = append(all, part...)
	}
}

// element returns the first element (ITU-T X.690) of a content with a tag of one byte, and what follows. An element without a stated length has
// all that follows; what is cut ends with the content. A tag of 0 is none.
func element(content []byte) (tag byte, value, rest []byte) {
	if len(content) < 2 {
		return 0, nil, nil
	}
	const long, maxLengthBytes = 0x80, 4
	tag, length := content[0], int(content[1])
	content = content[2:]
	switch {
	case length == long:
		return tag, content, nil
	case length > long:
		n := length - long
		if n > maxLengthBytes || n > len(content) {
			return 0, nil, nil
		}
		length = 0
		for _, b := range content[:n] {
			length = length<<8 | int(b)
		}
		content = content[n:]
	}
	length = min(length, len(content))
	return tag, content[:length], content[length:]
}
