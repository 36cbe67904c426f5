// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"bytes"
	"strconv"
	"strings"
)

// contentKind is the kind of a content as its bytes tell it.
type contentKind int

const (
	kindOther   contentKind = iota
	kindZip                 // also docx, xlsx
	kindOLE                 // doc, xls, and what Office embeds
	kindPDF                 //
	kindRTF                 //
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
	{0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", kindOLE}, {0, `{\rt`, kindRTF},
	{0, "\x7fELF", kindProgram}, {0, "\xCF\xFA\xED\xFE", kindProgram}, {0, "\xCE\xFA\xED\xFE", kindProgram}, {0, "\xCA\xFE\xBA\xBE", kindProgram},
	{0, "\xFE\xED\xFA\xCE", kindProgram}, {0, "\xFE\xED\xFA\xCF", kindProgram}, {0, "#!", kindProgram}, {0, "ITSF\x03\x00\x00\x00", kindProgram},
	{0, "L\x00\x00\x00\x01\x14\x02\x00", kindProgram}, {0, "dex\n", kindProgram},
	{0, "Rar!\x1a\x07", kindArchive}, {0, "RE\x7e\x5e", kindArchive}, {0, "7z\xBC\xAF\x27\x1C", kindArchive}, {0, "\x1f\x8b", kindArchive},
	{4, "1AY&SY", kindArchive}, {4, "\x17\x72\x45\x38\x50\x90", kindArchive}, // bzip2, with and without content
	{0, "\xFD7zXZ\x00", kindArchive}, {0, "\x5D\x00\x00", kindArchive}, {0, "MSCF", kindArchive}, {0, "ISc(", kindArchive},
	{0, "\x28\xB5\x2F\xFD", kindArchive}, {1, "\x2A\x4D\x18", kindArchive}, {0, "\x04\x22\x4D\x18", kindArchive}, // zstd, after a frame that is skipped, lz4
	{257, "ustar", kindArchive}, {0, "\xC7\x71", kindArchive}, // tar, cpio
	{0, "\x1f\x9d", kindArchive}, {0, "\x1f\xa0", kindArchive}, {2, "-lh0-", kindArchive}, {2, "-lh4-", kindArchive}, {2, "-lh5-", kindArchive},
	{2, "-lh6-", kindArchive}, {2, "-lh7-", kindArchive}, {2, "-lhd-", kindArchive}, {2, "-lh1-", kindArchive}, {0, "LZIP", kindArchive}, {0, "LRZI", kindArchive},
	{7, "**ACE**", kindArchive}, {0, "\x60\xEA", kindArchive}, {0, "!<arch>\n", kindArchive}, {0, "xar!", kindArchive}, {0, "MSWIM\x00\x00\x00", kindArchive},
	{0, "ALZ\x01", kindArchive}, {0, "EGGA\x00\x01", kindArchive}, {0, "SIT!", kindArchive}, {0, "StuffIt", kindArchive}, {0, "zPQ\x01", kindArchive}, {0, "zPQ\x02", kindArchive}, {20, "\xDC\xA7\xC4\xFD", kindArchive},
	{0, "vhdxfile", kindArchive}, {0, "conectix", kindArchive}, {0, "KDMV", kindArchive}, {0, "QFI\xFB", kindArchive}, {0, "hsqs", kindArchive},
	{32769, "CD001", kindArchive}, {32769, "BEA01", kindArchive},
	{0, "\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D\xAE\xB1\x53\x78\xD0\x29\x96\xD3", kindArchive}, // OneNote, which holds files
}

// headSize is the number of bytes in which the mark of a PDF may stand.
const headSize = 1024

// kindOf returns the kind of a content.
func kindOf(content []byte) contentKind {
	for _, k := range kindsByMark {
		if len(content) > k.offset && bytes.HasPrefix(content[k.offset:], []byte(k.mark)) {
			return k.kind
		}
	}
	switch head := content[:min(len(content), headSize)]; {
	case bytes.HasPrefix(head, []byte("MZ")) && bytes.IndexByte(head[:min(len(head), 64)], 0) >= 0: // no text
		return kindProgram
	case bytes.Contains(head, []byte("%PDF-")):
		return kindPDF
	case isTar(head):
		return kindArchive
	}
	return kindOther
}

// isTar reports whether a content begins with a header of a tar, also one without a mark: the sum of its bytes is in it.
func isTar(head []byte) bool {
	const size, sumAt, sumEnd = 512, 148, 156
	if len(head) < size || head[0] == 0 {
		return false
	}
	want, err := strconv.ParseInt(strings.Trim(string(head[sumAt:sumEnd]), " \x00"), 8, 64)
	sum := int64((sumEnd - sumAt) * ' ') // the field of the sum counts as spaces
	for n, b := range head[:size] {
		if n < sumAt || n >= sumEnd {
			sum += int64(b)
		}
	}
	return err == nil && sum == want
}

// imageMarks are the first bytes of images, with the media types of those that are accepted.
var imageMarks = []struct{ mark, mediaType string }{
	{"\x89PNG\r\n\x1a\n", "image/png"}, {"GIF8", "image/gif"}, {"\xff\xd8\xff", "image/jpeg"},
	{"BM", ""}, {"II*\x00", ""}, {"MM\x00*", ""}, {"RIFF", ""}, {"8BPS", ""}, {"\x00\x00\x01\x00", ""},
}

// isImage reports whether a content begins as an image does.
func isImage(content []byte) bool {
	for _, i := range imageMarks {
		if bytes.HasPrefix(content, []byte(i.mark)) {
			return true
		}
	}
	return false
}

// imageType returns the media type of a content that begins as an accepted image; "" for any other.
func imageType(content []byte) string {
	for _, i := range imageMarks {
		if i.mediaType != "" && bytes.HasPrefix(content, []byte(i.mark)) {
			return i.mediaType
		}
	}
	return ""
}
