// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"regexp"
)

// pdfNames holds what names in a PDF mean (ISO 32000-1). They are long enough not to stand in compressed data by chance. A form of the kind XFA may
// hold scripts that have no name.
var pdfNames = map[string]string{
	"JavaScript": containsJavaScript, "XFA": containsJavaScript, "Launch": containsLaunch, "EmbeddedFile": containsFiles, "EmbeddedFiles": containsFiles,
	"RichMedia": containsMedia, "Rendition": containsMedia, "Encrypt": containsEncryption,
}

// pdf records what a PDF contains beside its pages. Programs may write names with escapes, and put objects into compressed streams.
func (i *inspection) pdf(content []byte) {
	i.pdfObjects(content)
	if hasDirectory(content) {
		i.contains[containsFiles] = true
	}
	for rest := content; ; {
		at := streamStart.FindIndex(rest)
		if at == nil {
			return
		}
		dictionary := rest[max(0, at[0]-maxDictionary):at[0]]
		dictionary = dictionary[bytes.LastIndex(dictionary, []byte("obj"))+1:]
		rest = rest[at[1]:] // no dictionary is read twice
		if !hasPDFName(dictionary, "ObjStm") {
			continue
		}
		if i.entries--; i.entries < 0 || hasPDFName(dictionary, "DecodeParms") || !i.pdfStream(rest) {
			i.contains[containsUnread] = true
		}
		if i.entries < 0 {
			return
		}
	}
}

var streamStart = regexp.MustCompile(`stream(\r\n|\n|\r)`)

// maxDictionary is the maximum size, in bytes, of the dictionary of a stream of objects.
const maxDictionary = 4 << 10

// pdfStream records what a stream of objects contains. It returns false for one that is not compressed in the usual way, is damaged, or too large.
func (i *inspection) pdfStream(compressed []byte) bool {
	z, err := zlib.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return false
	}
	objects, err := io.ReadAll(io.LimitReader(z, i.unpacked+1))
	i.unpacked -= int64(len(objects))
	complete := err == nil && i.unpacked >= 0
	i.unpacked = max(0, i.unpacked)
	i.pdfObjects(objects)
	return complete
}

func (i *inspection) pdfObjects(objects []byte) {
	eachPDFName(objects, func(name []byte) {
		if what := pdfNames[string(name)]; what != "" {
			i.contains[what] = true
		}
	})
}

func hasPDFName(content []byte, wanted string) (found bool) {
	eachPDFName(content, func(name []byte) { found = found || string(name) == wanted })
	return found
}

// maxPDFName is the maximum length of a name, escapes included, that is looked at.
const maxPDFName = 64

// eachPDFName calls do with each name in a content: what follows a slash, with its escapes (#4a) replaced.
func eachPDFName(content []byte, do func(name []byte)) {
	var name [maxPDFName]byte
	for {
		at := bytes.IndexByte(content, '/')
		if at < 0 {
			return
		}
		content = content[at+1:]
		length := 0
		for n := 0; n < min(len(content), maxPDFName) && isPDFRegular(content[n]); n++ {
			c := content[n]
			if c == '#' && n+2 < len(content) && isHex(content[n+1]) && isHex(content[n+2]) {
				c = unhex(content[n+1])<<4 | unhex(content[n+2])
				n += 2
			}
			name[length] = c
			length++
		}
		do(name[:length])
	}
}

// isPDFRegular reports whether a byte is a regular character of a PDF: neither white space nor a delimiter.
func isPDFRegular(c byte) bool { return c > ' ' && bytes.IndexByte([]byte("()<>[]{}/%"), c) < 0 }

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}

// isOnlyPDF reports whether a content with the mark of a PDF is no other kind of file too: what stands before the mark is neither a page, an image
// nor a program, and the content is no archive, but one may be in it as an embedded file.
func isOnlyPDF(content []byte) bool {
	before := content[:max(0, bytes.Index(content, []byte("%PDF-")))]
	if kindOf(before) != kindOther || bytes.ContainsAny(before, "<\x00") || bytes.HasPrefix(before, []byte("MZ")) || isImage(before) {
		return false
	}
	if k := kindOf(content); k != kindPDF {
		return false
	}
	return !endsAsArchive(content) && !hasDirectory(withoutStreams(content))
}

// endsAsArchive reports whether the last bytes of a content are the end of a zip, with its comment.
func endsAsArchive(content []byte) bool {
	const size, commentLength = 22, 20
	for rest := content[max(0, len(content)-size-1<<16):]; ; rest = rest[1:] {
		at := bytes.Index(rest, []byte("PK\x05\x06"))
		if at < 0 || at+size > len(rest) {
			return false
		}
		rest = rest[at:]
		if size+int(binary.LittleEndian.Uint16(rest[commentLength:])) == len(rest) {
			return true
		}
	}
}

// withoutStreams returns a PDF without the content of its streams. What an archive is made of stays, if it stands outside of them.
func withoutStreams(content []byte) []byte {
	var rest []byte
	for {
		from := streamStart.FindIndex(content)
		if from == nil {
			return append(rest, content...)
		}
		to := bytes.Index(content[from[1]:], []byte("endstream"))
		if to < 0 {
			return append(rest, content...)
		}
		rest = append(rest, content[:from[1]]...)
		content = content[from[1]+to+len("endstream"):]
	}
}
