// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// storedArchive returns a zip whose entries are not compressed, with a comment.
func storedArchive(t testing.TB, comment string, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		w, err := z.CreateRaw(&zip.FileHeader{Name: e.name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(e.content), CompressedSize64: uint64(len(e.content)), UncompressedSize64: uint64(len(e.content))})
		if err == nil {
			_, err = w.Write(e.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(z.SetComment(comment), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// jpegSegment returns a segment of a JPEG.
func jpegSegment(marker byte, content string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(content)+2)), content...)
}

// jpegWith returns a JPEG with further segments.
func jpegWith(t testing.TB, segments ...[]byte) []byte {
	plain := imageOf(t, "jpeg")
	return slices.Concat(plain[:2], slices.Concat(segments...), plain[2:])
}

// pngChunk returns a PNG with a chunk before its end.
func pngChunk(t testing.TB, kind, content string) []byte {
	plain := imageOf(t, "png")
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(content))), kind+content...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	end := len(plain) - 12
	return slices.Concat(plain[:end], chunk, plain[end:])
}

const php = "<?php system($_GET['c']); ?>"

// polyglotCases are files that are two kinds at once.
func polyglotCases(t testing.TB) map[string]corpusCase {
	page := pdfOf("1 0 obj<</Type/Catalog>>endobj")
	archive := archiveOf(t, entry{"a.txt", []byte("ciao")})
	embedded := pdfOf("1 0 obj<</Type/EmbeddedFile>>\nstream\n" + string(archiveOf(t, entry{"fattura.xml", []byte("<x/>")})) + "\nendstream\nendobj")
	mark := func(offset int, with string) []byte {
		return append([]byte(with+strings.Repeat("\n", offset-len(with))), page...)
	}
	gifScript := append([]byte("GIF89a"), "/*\x00\x00\x00\x00\x00"+"*/=1;alert(1)//"...)
	return map[string]corpusCase{
		"polyglots: pdf then zip":                     {"a.pdf", slices.Concat(page, archive), refusal.FileContent, "", ""},
		"polyglots: pdf in a comment of a zip":        {"a.pdf", append(bytes.Clone(page), storedArchive(t, "\n%%EOF\n", entry{"a", []byte("x")})...), refusal.FileContent, "", ""},
		"polyglots: pdf in a stored entry":            {"a.pdf", storedArchive(t, "", entry{"a", page}), refusal.FileContent, "", ""},
		"polyglots: zip whose comment ends a pdf":     {"a.pdf", append([]byte("%PDF-1.7\n1 0 obj<<>>stream\n"), storedArchive(t, "\nendstream\nendobj\n%%EOF\n", entry{"a", []byte("x")})...), refusal.FileContent, "", ""},
		"polyglots: zip as an embedded file":          {"a.pdf", embedded, "", "", "embedded-files"},
		"polyglots: zip between the parts of a pdf":   {"a.pdf", pdfOf(string(archive)), refusal.FileContent, "", ""},
		"polyglots: pdf that begins later":            {"a.pdf", mark(900, ""), "", "", ""},
		"polyglots: pdf after a job of a printer":     {"a.pdf", mark(60, "\x1b%-12345X@PJL JOB\n"), "", "", ""},
		"polyglots: pdf after all that programs read": {"a.pdf", mark(1100, ""), refusal.FileContent, "", ""},
		"polyglots: script then pdf":                  {"a.pdf", mark(900, "#!/bin/sh\nexit\n"), refusal.FileContent, "", ""},
		"polyglots: page then pdf":                    {"a.pdf", mark(900, "<html>"), refusal.FileContent, "", ""},
		"polyglots: gif then pdf":                     {"a.pdf", mark(900, "GIF89a=1"), refusal.FileContentIs, "", ""},
		"polyglots: jpeg then pdf":                    {"a.pdf", append(imageOf(t, "jpeg")[:300], page...), refusal.FileContentIs, "", ""},
		"polyglots: tar and pdf":                      {"a.pdf", append(tarOf(t, entry{"%PDF-1.7", []byte("x")})[:512], page...), refusal.FileContent, "", ""},
		"polyglots: disk image and pdf":               {"a.pdf", append(append(bytes.Clone(page), make([]byte, 32769-len(page))...), "CD001"...), refusal.FileContent, "", ""},
		"polyglots: gif that is a script":             {"a.gif", gifScript, refusal.ImageDamaged, "", ""},
		"polyglots: php in a comment of a jpeg":       {"a.jpg", jpegWith(t, jpegSegment(0xFE, php)), "", "", ""},
		"polyglots: page in EXIF":                     {"a.jpg", jpegWith(t, jpegSegment(0xE1, "Exif\x00\x00MM\x00\x2a<script>alert(1)</script>")), "", "", ""},
		"polyglots: page in XMP":                      {"a.jpg", jpegWith(t, jpegSegment(0xE1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta><script>alert(1)</script></x:xmpmeta>")), "", "", ""},
		"polyglots: zip after a png":                  {"a.png", append(imageOf(t, "png"), archive...), "", "", ""},
		"polyglots: pdf in a png":                     {"a.png", pngChunk(t, "tEXt", "a\x00"+string(page)), "", "", ""},
		"polyglots: png as pdf":                       {"a.pdf", pngChunk(t, "tEXt", "a\x00"+string(page)), refusal.FileContentIs, "", ""},
		"polyglots: svg as png":                       {"a.png", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), refusal.FileContent, "", ""},
		"polyglots: svg":                              {"a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), refusal.FileType, "", ""},
		"polyglots: page as jpeg":                     {"a.jpg", []byte("\xff\xd8\xff<html><script>alert(1)</script>"), refusal.ImageDamaged, "", ""},
		"polyglots: saved page as doc":                {"a.doc", []byte("MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n"), refusal.FileContent, "", ""},
		"polyglots: page as xls":                      {"a.xls", []byte("<html><table><tr><td>1</td></tr></table></html>"), refusal.FileContent, "", ""},
		"polyglots: text with marks as doc":           {"a.doc", []byte(`{\rtf1 ciao}`), refusal.FileContent, "", ""},
		"polyglots: text before a zip":                {"a.zip", append([]byte("ciao\n"), archive...), refusal.ArchiveUnreadable, "", ""},
		"polyglots: image before a zip":               {"a.zip", append(imageOf(t, "png"), archive...), refusal.FileContentIs, "", ""},
		"polyglots: image before a program in a zip":  {"a.zip", archiveOf(t, entry{"foto.png", append(imageOf(t, "png"), archiveOf(t, entry{"a.exe", nil})...)}), refusal.ArchiveProgram, "foto.png › a.exe", ""},
		"polyglots: text before a program in a zip":   {"a.zip", archiveOf(t, entry{"b.txt", append([]byte("ciao\n"), archiveOf(t, entry{"a.exe", nil})...)}), refusal.ArchiveProgram, "b.txt › a.exe", ""},
		"polyglots: pdf before a program in a zip":    {"a.zip", archiveOf(t, entry{"b.pdf", append(bytes.Clone(page), archiveOf(t, entry{"a.exe", nil})...)}), refusal.ArchiveProgram, "b.pdf › a.exe", ""},
		"polyglots: webp as png":                      {"a.png", []byte("RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00"), refusal.FileContent, "", ""},
		"polyglots: tiff as jpeg":                     {"a.jpg", []byte("II*\x00\x08\x00\x00\x00\x00\x00"), refusal.FileContent, "", ""},
		"polyglots: class as zip":                     {"a.zip", archiveOf(t, entry{"META-INF/MANIFEST.MF", nil}, entry{"A.class", []byte("\xCA\xFE\xBA\xBE\x00\x00\x00\x34")}), refusal.ArchiveProgram, "A.class", ""},
		"polyglots: medical image that is a program":  {"a.zip", archiveOf(t, entry{"rx.dcm", dicomOf("MZ\x90\x00\x03")}), refusal.ArchiveProgram, "rx.dcm", ""},
		"polyglots: medical image":                    {"a.zip", archiveOf(t, entry{"rx.dcm", dicomOf("")}), "", "", ""},
	}
}

// dicomOf returns a medical image whose free first 128 bytes begin with start.
func dicomOf(start string) []byte {
	return append(append([]byte(start), make([]byte, 128-len(start))...), "DICM\x02\x00\x00\x00UL\x04\x00"...)
}
