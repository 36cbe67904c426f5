// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"regexp"
)

// pdfNames holds what names in a PDF mean (ISO 32000-1). They are long enough not to stand in compressed data by chance.
var pdfNames = map[string]string{
	"JavaScript": containsJavaScript, "Launch": containsLaunch, "EmbeddedFile": containsFiles, "EmbeddedFiles": containsFiles,
	"RichMedia": containsMedia, "Encrypt": containsEncryption,
}

// pdf records what a PDF contains beside its pages. Programs may write names with escapes, and put objects into compressed streams.
func (i *inspection) pdf(content []byte) {
	i.pdfObjects(content)
	for rest := content; ; {
		at := streamStart.FindIndex(rest)
		if at == nil {
			return
		}
		dictionary := rest[max(0, at[0]-maxDictionary):at[0]]
		dictionary = dictionary[bytes.LastIndex(dictionary, []byte("obj"))+1:]
		rest = rest[at[1]:]
		if hasPDFName(dictionary, "ObjStm") {
			i.pdfStream(rest)
		}
	}
}

var streamStart = regexp.MustCompile(`stream(\r\n|\n|\r)`)

// maxDictionary is the maximum size, in bytes, of the dictionary of a stream of objects.
const maxDictionary = 4 << 10

// pdfStream records what a stream of objects contains. One that is not compressed in the usual way, or is too large, counts as not read.
func (i *inspection) pdfStream(compressed []byte) {
	z, err := zlib.NewReader(bytes.NewReader(compressed))
	if err != nil {
		i.contains[containsUnread] = true
		return
	}
	objects, err := io.ReadAll(io.LimitReader(z, i.unpacked+1))
	if i.unpacked -= int64(len(objects)); i.unpacked < 0 || err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && len(objects) == 0 {
		i.unpacked = max(0, i.unpacked)
		i.contains[containsUnread] = true
	}
	i.pdfObjects(objects)
}

func (i *inspection) pdfObjects(objects []byte) {
	eachPDFName(objects, func(name string) {
		if what := pdfNames[name]; what != "" {
			i.contains[what] = true
		}
	})
}

func hasPDFName(content []byte, wanted string) (found bool) {
	eachPDFName(content, func(name string) { found = found || name == wanted })
	return found
}

// maxPDFName is the maximum length of a name, escapes included, that is looked at.
const maxPDFName = 64

// eachPDFName calls do with each name in a content: what follows a slash, with its escapes (#4a) replaced.
func eachPDFName(content []byte, do func(string)) {
	for {
		at := bytes.IndexByte(content, '/')
		if at < 0 {
			return
		}
		content = content[at+1:]
		var name []byte
		for n := 0; n < min(len(content), maxPDFName) && isPDFRegular(content[n]); n++ {
			c := content[n]
			if c == '#' && n+2 < len(content) && isHex(content[n+1]) && isHex(content[n+2]) {
				c = unhex(content[n+1])<<4 | unhex(content[n+2])
				n += 2
			}
			name = append(name, c)
		}
		do(string(name))
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

// isOnlyPDF reports whether a content with the mark of a PDF is no other kind of file too: what stands before the mark is neither a page nor
// a program, and what follows is no archive.
func isOnlyPDF(content []byte) bool {
	before := content[:max(0, bytes.Index(content, []byte("%PDF-")))]
	if kindOf(before) != kindOther || bytes.ContainsAny(before, "<\x00") || bytes.HasPrefix(before, []byte("MZ")) {
		return false
	}
	_, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	return err != nil
}
