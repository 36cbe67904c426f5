// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/refusal"
)

func tarOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		err := w.WriteHeader(&tar.Header{Name: e.name, Size: int64(len(e.content)), Mode: 0o644, Format: tar.FormatUSTAR})
		if err == nil {
			_, err = w.Write(e.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// oldTar returns a tar of the format without a mark, whose size is false.
func oldTar(t testing.TB) []byte {
	b := tarOf(t, entry{"a.txt", []byte("ciao")})
	copy(b[124:136], "77777777777\x00")
	clear(b[257:265])
	copy(b[148:156], "        ")
	sum := 0
	for _, c := range b[:512] {
		sum += int(c)
	}
	copy(b[148:156], fmt.Sprintf("%06o\x00 ", sum))
	return b
}

// rawArchive returns a zip with one entry whose header is changed, and whose packed content is as given.
func rawArchive(t testing.TB, h zip.FileHeader, packed []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	h.CompressedSize64 = uint64(len(packed))
	w, err := z.CreateRaw(&h)
	if err == nil {
		_, err = w.Write(packed)
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// overlapping returns a zip whose many entries share one packed content: the directory names the same place for each.
func overlapping(t testing.TB, entries, unpackedSize int) []byte {
	t.Helper()
	content := make([]byte, unpackedSize)
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err == nil {
		_, err = w.Write(content)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	one := rawArchive(t, zip.FileHeader{Name: "0", Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(content), UncompressedSize64: uint64(unpackedSize)}, packed.Bytes())
	end := one[len(one)-22:]
	at := int(binary.LittleEndian.Uint32(end[16:]))
	directory := one[at : len(one)-22]
	all := slices.Concat(one[:at], bytes.Repeat(directory, entries))
	end = bytes.Clone(end)
	binary.LittleEndian.PutUint16(end[8:], uint16(entries))
	binary.LittleEndian.PutUint16(end[10:], uint16(entries))
	binary.LittleEndian.PutUint32(end[12:], uint32(len(directory)*entries))
	return append(all, end...)
}

// tree returns a zip with archives in each other, each with so many copies of the next.
func tree(t testing.TB, depth, copies int) []byte {
	content := make([]byte, 1<<20)
	for range depth {
		var entries []entry
		for n := range copies {
			entries = append(entries, entry{fmt.Sprintf("%d.zip", n), content})
		}
		content = archiveOf(t, entries...)
	}
	return content
}

func gzipOf(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(content)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// archiveCases are archives that hold too much, something else than they show, or that nobody can look into.
func archiveCases(t testing.TB) map[string]corpusCase {
	windows := append([]byte("MZ\x90\x00\x03\x00\x00\x00"), "This program cannot be run in DOS mode"...)
	signed := signedFile([]byte("%PDF-1.7\n<</S/JavaScript>>"))
	falseSize := rawArchive(t, zip.FileHeader{Name: "a", Method: zip.Store, UncompressedSize64: 1 << 40}, []byte("ciao"))
	cases := map[string]corpusCase{
		"bombs: archives in each other":            {"a.zip", tree(t, 3, 16), refusal.ArchiveTooLarge, "", ""},
		"bombs: archives in more archives":         {"a.zip", tree(t, 4, 4), refusal.ArchiveNested, "", ""},
		"bombs: entries that share their content":  {"a.zip", overlapping(t, 1900, 1<<20), refusal.ArchiveTooLarge, "", ""},
		"bombs: many entries without content":      {"a.zip", overlapping(t, 2001, 0), refusal.ArchiveTooLarge, "", ""},
		"bombs: size that is false":                {"a.zip", falseSize, refusal.ArchiveUnreadable, "a.zip › a", ""},
		"archives: packed in a way of few":         {"a.zip", rawArchive(t, zip.FileHeader{Name: "a", Method: 9, UncompressedSize64: 4}, []byte("ciao")), refusal.ArchiveUnreadable, "a.zip › a", ""},
		"archives: encrypted with AES":             {"a.zip", rawArchive(t, zip.FileHeader{Name: "a.pdf", Method: 99, Flags: 1, UncompressedSize64: 4}, []byte("salt1234")), refusal.FileEncrypted, "a.pdf", ""},
		"archives: encrypted with its names":       {"a.zip", rawArchive(t, zip.FileHeader{Name: "1", Method: 8, Flags: 1 | 1<<6 | 1<<13, UncompressedSize64: 4}, []byte("salt1234")), refusal.FileEncrypted, "a.zip", ""},
		"archives: 7z with its names encrypted":    {"a.zip", append([]byte("7z\xBC\xAF\x27\x1C\x00\x04"), make([]byte, 100)...), refusal.ArchiveUnreadable, "a.zip", ""},
		"archives: rar encrypted":                  {"a.zip", append([]byte("Rar!\x1a\x07\x01\x00"), make([]byte, 100)...), refusal.ArchiveUnreadable, "a.zip", ""},
		"archives: tar":                            {"a.zip", tarOf(t, entry{"a", []byte("x")}), refusal.ArchiveUnreadable, "", ""},
		"archives: way out":                        {"a.zip", archiveOf(t, entry{"../../Startup/a.txt", []byte("x")}), refusal.ArchiveUnreadable, "a.txt", ""},
		"archives: way out of Windows":             {"a.zip", archiveOf(t, entry{`..\..\a.txt`, []byte("x")}), refusal.ArchiveUnreadable, "a.txt", ""},
		"archives: only a directory":               {"a.zip", archiveOf(t, entry{"a/", nil}), "", "", ""},
		"archives: signed document":                {"a.zip", archiveOf(t, entry{"referto.pdf.p7m", signed}), "", "", "javascript"},
		"archives: signed document in base64":      {"a.zip", archiveOf(t, entry{"referto.pdf.p7m", base64Of(signed)}), "", "", "javascript"},
		"archives: signed twice":                   {"a.zip", archiveOf(t, entry{"referto.pdf.p7m.p7m", signedFile(signed)}), "", "", "javascript"},
		"archives: signed without end":             {"a.zip", archiveOf(t, entry{"referto.docx.p7m", signedInParts(officeOf(t, "word/document.xml"), 1000)}), "", "", ""},
		"archives: signed macros":                  {"a.zip", archiveOf(t, entry{"a.docx.p7m", signedInParts(officeOf(t, "word/document.xml", entry{"word/vbaProject.bin", nil}), 100)}), refusal.OfficeMacros, "a.docx.p7m", ""},
		"archives: signed program":                 {"a.zip", archiveOf(t, entry{"a.p7m", signedFile(windows)}), refusal.ArchiveProgram, "a.p7m", ""},
		"archives: signature apart":                {"a.zip", archiveOf(t, entry{"smime.p7s", []byte("\x30\x20\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\x31\x00")}), "", "", ""},
		"archives: signed too often":               {"a.zip", archiveOf(t, entry{"a.p7m", signedFile(signedFile(signedFile(signedFile(windows))))}), refusal.ArchiveNested, "", ""},
		"archives: receipt of certified mail":      {"a.zip", archiveOf(t, entry{"postacert.eml", []byte(certifiedMail)}, entry{"daticert.xml", []byte(certifiedData)}), "", "", ""},
		"archives: photographs of a telephone":     {"a.zip", archiveOf(t, entry{"IMG_0001.HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")}, entry{"IMG_0001.MOV", []byte("\x00\x00\x00\x14ftypqt  ")}), "", "", ""},
		"archives: names of a Mac":                 {"a.zip", archiveOf(t, entry{"__MACOSX/._referto.pdf", []byte("\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X")}, entry{"referto.pdf", pdfOf("")}), "", "", ""},
		"archives: table whose first word is ID":   {"a.zip", archiveOf(t, entry{"esami.csv", []byte("ID;Paziente;Data\r\n1;Prova;2026\r\n")}), "", "", ""},
		"archives: page with a script":             {"a.zip", archiveOf(t, entry{"a.html", []byte("<html><SCRIPT>alert(1)</script>")}), "", "", "javascript"},
		"archives: page in UTF-16":                 {"a.zip", archiveOf(t, entry{"a.html", []byte("\xff\xfe<\x00s\x00c\x00r\x00i\x00p\x00t\x00>\x00")}), "", "", "javascript"},
		"archives: page without a script":          {"a.zip", archiveOf(t, entry{"a.html", []byte("<html><body>Prenotazione</body></html>")}), "", "", ""},
		"archives: drawing with a script":          {"a.zip", archiveOf(t, entry{"a.svg", []byte(`<svg onload="alert(1)"/>`)}), "", "", "javascript"},
		"archives: saved page with a script":       {"a.zip", archiveOf(t, entry{"a.mht", []byte("MIME-Version: 1.0\r\n\r\n<script>1</script>")}), "", "", "javascript"},
		"archives: shortcut":                       {"a.zip", archiveOf(t, entry{"a", []byte("L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xC0")}), refusal.ArchiveProgram, "a", ""},
		"archives: add-in of Excel":                {"a.zip", archiveOf(t, entry{"a.xll", nil}), refusal.ArchiveProgram, "a.xll", ""},
		"archives: program with trailing marks":    {"a.zip", archiveOf(t, entry{"fattura.exe . .\u2003", nil}), refusal.ArchiveProgram, "fattura.exe", ""},
		"archives: program in a stream of Windows": {"a.zip", archiveOf(t, entry{"fattura.exe::$DATA", nil}), refusal.ArchiveProgram, "", ""},
		"archives: program turned round":           {"a.zip", archiveOf(t, entry{"fattura\u202efdp.exe", nil}), refusal.ArchiveProgram, "", ""},
		"archives: program after another dot":      {"a.zip", archiveOf(t, entry{"fattura\uff0eexe", nil}), refusal.ArchiveProgram, "", ""},
		"archives: program after a zero byte":      {"a.zip", archiveOf(t, entry{"fattura.exe\x00.pdf", nil}), refusal.ArchiveProgram, "", ""},
		"archives: name without end":               {"a.zip", archiveOf(t, entry{strings.Repeat("a", 5000) + ".exe", nil}), refusal.ArchiveProgram, "", ""},
	}
	for kind, content := range map[string][]byte{
		"gzip": gzipOf(t, []byte("x")), "bzip2": []byte("BZh91AY&SY\x00\x00"), "empty bzip2": []byte("BZh9\x17\x72\x45\x38\x50\x90\x00\x00\x00\x00"), "xz": []byte("\xFD7zXZ\x00\x00"), "lzma": []byte("\x5D\x00\x00\x80\x00\xff"),
		"zstd": []byte("\x28\xB5\x2F\xFD\x04"), "zstd after a frame that is skipped": []byte("\x50\x2A\x4D\x18\x01\x00\x00\x00x\x28\xB5\x2F\xFD"), "lz4": []byte("\x04\x22\x4D\x18\x64"),
		"rar": []byte("Rar!\x1a\x07\x00"), "rar 5": []byte("Rar!\x1a\x07\x01\x00"), "7z": []byte("7z\xBC\xAF\x27\x1C\x00\x04"), "tar": tarOf(t, entry{"a", []byte("x")}),
		"tar without a mark": oldTar(t), "cab": []byte("MSCF\x00\x00\x00\x00"), "arj": []byte("\x60\xEA\x29\x00"), "lha": []byte("\x21\x00-lh5-"), "compress": []byte("\x1f\x9d\x90"),
		"disk image": append(make([]byte, 32769), "CD001\x01"...), "virtual disk": []byte("KDMV\x01\x00"), "notebook": []byte("\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D\xAE\xB1\x53\x78\xD0\x29\x96\xD3"),
	} {
		cases["archives of other kinds: "+kind] = corpusCase{"a.zip", archiveOf(t, entry{"b.dat", content}), refusal.ArchiveUnknown, "b.dat", ""}
	}
	return cases
}

const certifiedMail = "From: posta-certificata@pec.example.it\r\nSubject: POSTA CERTIFICATA: referto\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain\r\n\r\nIn allegato la ricevuta.\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--b--\r\n"

const certifiedData = `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE postacert SYSTEM "daticert.dtd"><postacert tipo="accettazione" errore="nessuno"><intestazione/></postacert>`
