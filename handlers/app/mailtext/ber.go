// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import "bytes"

// Tags of the ASN.1 elements around the content of a signature. An element with the bit constructed consists of elements.
const (
	constructed = 0x20
	octets      = 0x04
	object      = 0x06
	sequence    = 0x30
	explicit    = 0xa0 // [0]
)

// berElement is an ASN.1 element in BER.
type berElement struct {
	tag     byte
	content []byte
}

// nextElement returns the first element of content and what follows it; false for content that is no element. It takes time and memory
// linear in the element's length, however deep elements are nested.
func nextElement(content []byte) (e berElement, rest []byte, ok bool) {
	tag, length, start, ok := elementHeader(content)
	switch {
	case !ok:
		return e, nil, false
	case length >= 0:
		return berElement{tag, content[start : start+length]}, content[start+length:], true
	}
	at := start
	for open := 1; open > 0; { // without a declared length: two zero bytes end it
		inner, length, header, ok := elementHeader(content[at:])
		if !ok {
			return e, nil, false
		}
		at += header + max(length, 0)
		switch {
		case length < 0:
			open++
		case inner == 0 && length == 0:
			open--
		}
	}
	return berElement{tag, content[start : at-2]}, content[at:], true
}

// elementHeader returns the tag of the element with which content begins, the length of its content, -1 if none is declared, and the
// length of the header before it. It returns false if there is no such element in content.
func elementHeader(content []byte) (tag byte, length, header int, ok bool) {
	if len(content) < 2 {
		return 0, 0, 0, false
	}
	tag, header = content[0], 1
	if tag&0x1f == 0x1f { // a long tag
		for header < len(content) && content[header] >= 0x80 {
			header++
		}
		if header++; header >= len(content) {
			return 0, 0, 0, false
		}
	}
	first := content[header]
	header++
	switch {
	case first < 0x80:
		length = int(first)
	case first == 0x80:
		return tag, -1, header, tag&constructed != 0
	case first > 0x84 || header+int(first&0x7f) > len(content):
		return 0, 0, 0, false
	default:
		for range first & 0x7f {
			length = length<<8 | int(content[header])
			header++
		}
	}
	return tag, length, header, length <= len(content)-header
}

// inside returns the content of the element with a tag with which content begins; nil if it begins with another one.
func inside(content []byte, tag byte) []byte {
	if e, _, ok := nextElement(content); ok && e.tag == tag {
		return e.content
	}
	return nil
}

// maxPieces is the maximum number of octet strings within each other.
const maxPieces = 8

// joinOctets returns the content of an octet string, which may be in pieces.
func joinOctets(e berElement, depth int) []byte {
	switch {
	case e.tag == octets:
		return e.content
	case e.tag != octets|constructed, depth > maxPieces:
		return nil
	}
	var all [][]byte
	for piece, rest, ok := nextElement(e.content); ok; piece, rest, ok = nextElement(rest) {
		all = append(all, joinOctets(piece, depth+1))
	}
	return bytes.Join(all, nil)
}
