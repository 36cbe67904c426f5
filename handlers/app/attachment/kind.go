// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import "bytes"

// contentKind is the kind of a content as its first bytes tell it.
type contentKind int

const (
	kindOther   contentKind = iota
	kindZip                 // also docx, xlsx
	kindOLE                 // doc, xls, and what Office embeds
	kindPDF                 //
	kindArchive             // an archive or a disk image of another kind, which is not looked into
	kindProgram             // what a system runs
)

// kindsByMark holds kinds by the mark at an offset.
var kindsByMark = []struct {
	offset int
	mark   string
	kind   contentKind
}{
	{0, "PK\x03\x04", kindZip}, {0, "PK\x05\x06", kindZip}, {0, "PK\x07\x08", kindZip},
	{0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", kindOLE},
	{0, "\x7fELF", kindProgram}, {0, "\xCF\xFA\xED\xFE", kindProgram}, {0, "\xCE\xFA\xED\xFE", kindProgram}, {0, "\xCA\xFE\xBA\xBE", kindProgram},
	{0, "#!", kindProgram}, {0, "L\x00\x00\x00\x01\x14\x02\x00", kindProgram}, {0, "dex\n", kindProgram},
	{0, "Rar!\x1a\x07", kindArchive}, {0, "7z\xBC\xAF\x27\x1C", kindArchive}, {0, "\x1f\x8b", kindArchive}, {0, "BZh", kindArchive},
	{0, "\xFD7zXZ\x00", kindArchive}, {0, "MSCF", kindArchive}, {257, "ustar", kindArchive}, {0, "\x28\xB5\x2F\xFD", kindArchive},
	{0, "\x1f\x9d", kindArchive}, {0, "\x1f\xa0", kindArchive}, {2, "-lh", kindArchive}, {0, "LZIP", kindArchive}, {7, "**ACE**", kindArchive},
	{0, "\x60\xEA", kindArchive}, {0, "!<arch>\n", kindArchive}, {0, "xar!", kindArchive}, {0, "MSWIM\x00\x00\x00", kindArchive},
	{0, "vhdxfile", kindArchive}, {0, "conectix", kindArchive},
}

// kindOf returns the kind of a content by its first headSize bytes.
func kindOf(head []byte) contentKind {
	for _, k := range kindsByMark {
		if len(head) > k.offset && bytes.HasPrefix(head[k.offset:], []byte(k.mark)) {
			return k.kind
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte("MZ")) && bytes.IndexByte(head[:min(len(head), 64)], 0) >= 0: // no text
		return kindProgram
	case bytes.Contains(head, []byte("%PDF-")):
		return kindPDF
	}
	return kindOther
}
