// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// entry is an entry of an archive of the corpus.
type entry struct {
	name    string
	content []byte
}

// archiveOf returns a zip of entries.
func archiveOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		w, err := z.Create(e.name)
		if err == nil {
			_, err = w.Write(e.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// encryptedArchive returns a zip whose one entry has the mark of encryption.
func encryptedArchive(t testing.TB, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{Name: name, Flags: 1, CRC32: crc32.ChecksumIEEE([]byte("x")), CompressedSize64: 1, UncompressedSize64: 1})
	if err == nil {
		_, err = w.Write([]byte("x"))
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// nestedArchive returns a file in so many archives in each other.
func nestedArchive(t testing.TB, depth int) []byte {
	content := []byte("ciao")
	name := "a.txt"
	for n := range depth {
		content, name = archiveOf(t, entry{name, content}), fmt.Sprintf("%d.zip", n)
	}
	return content
}

// officeOf returns a docx or xlsx with further parts.
func officeOf(t testing.TB, main string, parts ...entry) []byte {
	return archiveOf(t, append([]entry{{"[Content_Types].xml", []byte("<x/>")}, {main, []byte("<x/>")}}, parts...)...)
}

// oleOf returns an OLE container: a directory with the names of its streams, of which the last holds stream, at sector 2.
func oleOf(names []string, stream []byte) []byte {
	const sector = 512
	b := make([]byte, sector)
	copy(b, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
	b[0x1E], b[0x20] = 9, 6
	binary.LittleEndian.PutUint32(b[0x2C:], 1) // one table of sectors, at sector 0
	binary.LittleEndian.PutUint32(b[0x30:], 1) // the directory at sector 1
	table := bytes.Repeat([]byte{0xFF}, sector)
	sectors := (len(stream) + sector - 1) / sector
	for n := range sectors { // the chain 2, 3, …
		binary.LittleEndian.PutUint32(table[4*(2+n):], uint32(3+n))
	}
	if sectors > 0 {
		binary.LittleEndian.PutUint32(table[4*(1+sectors):], 0xFFFFFFFE)
	}
	directory := make([]byte, sector)
	for n, name := range names {
		e := directory[128*n:]
		for i, u := range utf16.Encode([]rune(name)) {
			binary.LittleEndian.PutUint16(e[2*i:], u)
		}
		binary.LittleEndian.PutUint16(e[64:], uint16(2*len(name)+2))
		e[66] = 2
		binary.LittleEndian.PutUint32(e[116:], 2)
		binary.LittleEndian.PutUint32(e[120:], uint32(len(stream)))
	}
	return slices.Concat(b, table, directory, stream, make([]byte, sectors*sector-len(stream)))
}

// records returns records of an Excel workbook, padded to the size of a stream.
func records(all ...[]byte) []byte {
	b := slices.Concat(all...)
	return append(b, make([]byte, 4096-len(b))...)
}

func record(kind uint16, content ...byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, kind)
	return append(binary.LittleEndian.AppendUint16(b, uint16(len(content))), content...)
}

// deflated returns a stream of a PDF.
func deflated(t testing.TB, dictionary, objects string) string {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, err := z.Write([]byte(objects))
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return "1 0 obj\n<<" + dictionary + ">>\nstream\n" + b.String() + "\nendstream\nendobj\n"
}

func pdfOf(objects string) []byte { return []byte("%PDF-1.7\n" + objects + "\n%%EOF\n") }

// corpusCase is a file of the corpus and what becomes of it.
type corpusCase struct {
	name     string
	content  []byte
	refused  refusal.Code // "": accepted
	mentions string       // part of the message
	contains string       // of an accepted file, with spaces
}

// corpus returns files that attack the service or who opens them, and harmless ones beside them.
func corpus(t testing.TB) map[string]corpusCase {
	png, gif, jpeg := imageOf(t, "png"), imageOf(t, "gif"), imageOf(t, "jpeg")
	docx := officeOf(t, "word/document.xml")
	windows := append([]byte("MZ\x90\x00\x03\x00\x00\x00"), "This program cannot be run in DOS mode"...)
	bomb := archiveOf(t, entry{"zeri", make([]byte, 8<<20)})
	fib := make([]byte, 4096)
	fib[0x0B] = 1
	page := pdfOf("1 0 obj<</Type/Catalog>>endobj")
	all := map[string]corpusCase{
		"names: program":                    {"fattura.pdf.exe", page, refusal.FileType, "", ""},
		"names: program after spaces":       {"fattura.pdf          .exe", page, refusal.FileType, "", ""},
		"names: program after no-break":     {"fattura.pdf\u00a0.exe", page, refusal.FileType, "", ""},
		"names: program turned round":       {"fattura\u202efdp.exe", page, refusal.FileType, "", ""},
		"names: turned round":               {"fattura\u202eexe.pdf", page, refusal.FileNameReversed, "", ""},
		"names: program before":             {"fattura.exe.pdf", page, refusal.FileNameOfProgram, ".exe", ""},
		"names: program before spaces":      {"fattura.SCR   .pdf", page, refusal.FileNameOfProgram, ".scr", ""},
		"names: program with hidden marks":  {"fattura.e\u200bxe.pdf", page, refusal.FileNameOfProgram, ".exe", ""},
		"names: a day":                      {"referto del 12.03.2026.pdf", page, "", "", ""},
		"names: a host":                     {"booking.com.pdf", page, "", "", ""},
		"names: an image that was printed":  {"foto.jpg.pdf", page, "", "", ""},
		"extensions: program":               {"a.pdf", windows, refusal.FileContent, "", ""},
		"extensions: program as document":   {"a.doc", windows, refusal.FileContent, "", ""},
		"extensions: page":                  {"a.png", []byte("<html><script>alert(1)</script>"), refusal.FileContent, "", ""},
		"polyglots: pdf and zip":            {"a.pdf", append(slices.Clone(page), docx...), refusal.FileContent, "", ""},
		"polyglots: zip and pdf":            {"a.zip", append(slices.Clone(page), archiveOf(t, entry{"a.txt", nil})...), refusal.FileContentIs, "", ""},
		"polyglots: page and pdf":           {"a.pdf", append([]byte("<script>alert(1)</script>"), page...), refusal.FileContent, "", ""},
		"polyglots: program and pdf":        {"a.pdf", append([]byte("MZ "), page...), refusal.FileContent, "", ""},
		"polyglots: program and zip":        {"a.zip", append(slices.Clone(windows), docx...), refusal.ArchiveUnreadable, "", ""},
		"polyglots: image and zip":          {"a.png", append(slices.Clone(png), docx...), "", "", ""}, // served without what follows
		"polyglots: image and script":       {"a.gif", append(slices.Clone(gif), "<script>"...), "", "", ""},
		"images: cut":                       {"a.png", png[:len(png)-20], refusal.ImageDamaged, "", ""},
		"images: frames without end":        {"a.gif", slices.Concat(gif[:13+3<<(gif[10]&7+1)], bytes.Repeat([]byte("\x2c\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x00"), 20)), refusal.ImageTooLarge, "", ""},
		"images: jpeg":                      {"a.jpg", jpeg, "", "", ""},
		"archives: plain":                   {"a.zip", archiveOf(t, entry{"a.txt", []byte("ciao")}, entry{"b/", nil}, entry{"b/c.pdf", page}), "", "", ""},
		"archives: two in one":              {"a.zip", nestedArchive(t, 3), "", "", ""},
		"archives: too many in each other":  {"a.zip", nestedArchive(t, 4), refusal.ArchiveNested, "a.zip › 2.zip › 1.zip › 0.zip", ""},
		"archives: bomb":                    {"a.zip", bomb, refusal.ArchiveTooLarge, "a.zip", ""},
		"archives: bomb in an archive":      {"a.zip", archiveOf(t, entry{"b.zip", bomb}), refusal.ArchiveTooLarge, "b.zip", ""},
		"archives: encrypted":               {"a.zip", encryptedArchive(t, "referto.pdf"), refusal.FileEncrypted, "a.zip › referto.pdf", ""},
		"archives: encrypted in an archive": {"a.zip", archiveOf(t, entry{"x/b.zip", encryptedArchive(t, "c.pdf")}), refusal.FileEncrypted, "a.zip › b.zip › c.pdf", ""},
		"archives: program by name":         {"a.zip", archiveOf(t, entry{"x/fattura.pdf.exe", nil}), refusal.ArchiveProgram, "fattura.pdf.exe", ""},
		"archives: script by name":          {"a.zip", archiveOf(t, entry{"fattura.JS ", nil}), refusal.ArchiveProgram, "fattura.JS", ""},
		"archives: program by content":      {"a.zip", archiveOf(t, entry{"fattura.pdf", windows}), refusal.ArchiveProgram, "fattura.pdf", ""},
		"archives: rar":                     {"a.zip", archiveOf(t, entry{"b.txt", []byte("Rar!\x1a\x07\x00")}), refusal.ArchiveUnknown, "b.txt", ""},
		"archives: 7z":                      {"a.zip", archiveOf(t, entry{"b", []byte("7z\xBC\xAF\x27\x1C")}), refusal.ArchiveUnknown, "› b", ""},
		"archives: macros in an archive":    {"a.zip", archiveOf(t, entry{"b.docx", officeOf(t, "word/document.xml", entry{"word/vbaProject.bin", nil})}), refusal.OfficeMacros, "b.docx", ""},
		"archives: pdf with a script":       {"a.zip", archiveOf(t, entry{"b.pdf", pdfOf("<</S/JavaScript/JS(1)>>")}), "", "", "javascript"},
		"office: macros":                    {"a.docx", officeOf(t, "word/document.xml", entry{"word/vbaProject.bin", nil}), refusal.OfficeMacros, "a.docx", ""},
		"office: sheet of macros":           {"a.xlsx", officeOf(t, "xl/workbook.xml", entry{`xl\macrosheets\sheet1.xml`, nil}), refusal.OfficeMacros, "a.xlsx", ""},
		"office: embedded with macros":      {"a.docx", officeOf(t, "word/document.xml", entry{"word/embeddings/x.bin", oleOf([]string{"VBA"}, nil)}), refusal.OfficeMacros, "x.bin", ""},
		"office: embedded program":          {"a.docx", officeOf(t, "word/document.xml", entry{"word/embeddings/x.bin", oleOf([]string{"\x01Ole10Native"}, windows)}), refusal.ArchiveProgram, "x.bin", ""},
		"office: embedded sheet":            {"a.docx", officeOf(t, "word/document.xml", entry{"word/embeddings/x.xlsx", officeOf(t, "xl/workbook.xml")}), "", "", "embedded-files"},
		"office: template of elsewhere":     {"a.docx", officeOf(t, "word/document.xml", entry{"word/_rels/settings.xml.rels", []byte(`<Relationship Type="…/attachedTemplate" TargetMode="External"/>`)}), "", "", "external-template"},
		"office: encrypted docx":            {"a.docx", oleOf([]string{"EncryptedPackage"}, nil), refusal.FileEncrypted, "a.docx", ""},
		"office: old macros":                {"a.doc", oleOf([]string{"WordDocument", "Macros", "VBA"}, nil), refusal.OfficeMacros, "a.doc", ""},
		"office: old macros in xls":         {"a.xls", oleOf([]string{"_VBA_PROJECT_CUR"}, nil), refusal.OfficeMacros, "a.xls", ""},
		"office: encrypted doc":             {"a.doc", oleOf([]string{"WordDocument"}, fib), refusal.FileEncrypted, "a.doc", ""},
		"office: encrypted xls":             {"a.xls", oleOf([]string{"Workbook"}, records(record(0x809, make([]byte, 16)...), record(0x2F, 1, 0))), refusal.FileEncrypted, "a.xls", ""},
		"office: sheet of macros in xls":    {"a.xls", oleOf([]string{"Workbook"}, records(record(0x809, make([]byte, 16)...), record(0x85, 0, 0, 0, 0, 0, 1, 0, 0), record(0x0A))), refusal.OfficeMacros, "a.xls", ""},
		"office: xls":                       {"a.xls", oleOf([]string{"Workbook"}, records(record(0x809, make([]byte, 16)...), record(0x85, 0, 0, 0, 0, 0, 0, 0, 0), record(0x0A))), "", "", ""},
		"pdf: plain":                        {"a.pdf", page, "", "", ""},
		"pdf: script":                       {"a.pdf", pdfOf("<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"), "", "", "javascript"},
		"pdf: script with escapes":          {"a.pdf", pdfOf("<</S/J#61v#61Scr#69pt>>"), "", "", "javascript"},
		"pdf: script in a stream":           {"a.pdf", pdfOf(deflated(t, "/Type/ObjStm/Filter/FlateDecode", "1 0 <</S/JavaScript>>")), "", "", "javascript"},
		"pdf: stream that hides":            {"a.pdf", pdfOf("1 0 obj<</Type/Obj#53tm/Filter/LZWDecode>>stream\nabc\nendstream"), "", "", "unread"},
		"pdf: launch":                       {"a.pdf", pdfOf("<</S/Launch/F(calc.exe)>>"), "", "", "launch"},
		"pdf: embedded file":                {"a.pdf", pdfOf("<</Names<</EmbeddedFiles 3 0 R>>>>"), "", "", "embedded-files"},
		"pdf: encrypted":                    {"a.pdf", pdfOf("trailer<</Encrypt 9 0 R>>"), "", "", "encrypted"},
		"pdf: all":                          {"a.pdf", pdfOf("/Encrypt/Launch/JavaScript/EmbeddedFile/RichMedia"), "", "", "embedded-files encrypted javascript launch rich-media"},
	}
	for _, more := range []map[string]corpusCase{polyglotCases(t), archiveCases(t), officeCases(t), pdfCases(t), nameCases(), imageCases(t)} {
		maps.Copy(all, more)
	}
	return all
}

// imageOf returns a small image.
func imageOf(t testing.TB, format string) []byte {
	t.Helper()
	b, err := smallImage(format)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCorpus sends each file of the corpus.
func TestCorpus(t *testing.T) {
	for name, c := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			checked, err := Check("files", []FileUpload{{Name: c.name, Content: c.content}})
			var invalid *ticket.InvalidError
			if errors.As(err, &invalid) {
				if reason := invalid.Fields[0].Reason; reason.Code != c.refused || !strings.Contains(reason.String(), c.mentions) {
					t.Errorf("got refused %s: %s, want %q with %q", reason.Code, reason, c.refused, c.mentions)
				}
				return
			}
			if err != nil || c.refused != "" {
				t.Fatalf("got %v, want refused %q", err, c.refused)
			}
			if got := strings.Join(checked[0].Contains, " "); got != c.contains {
				t.Errorf("contains %q, want %q", got, c.contains)
			}
		})
	}
}

// Whatever a file unpacks to, its inspection uses little more memory than the budget: buffers that grow, and copies of what is read twice. That also
// bounds its time.
func TestInspectionIsBounded(t *testing.T) {
	const allowed = 8 * maxUnpacked // bytes in all, not at a time
	for name, c := range corpus(t) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = Check("files", []FileUpload{{Name: c.name, Content: c.content}})
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > allowed {
			t.Errorf("%s: the inspection of %d bytes used %d MiB", name, len(c.content), used>>20)
		}
	}
}

// FuzzCorpus inspects variants of the corpus. It must neither panic nor take long, and says the same each time.
func FuzzCorpus(f *testing.F) {
	for _, c := range corpus(f) {
		if len(c.content) < 64<<10 {
			f.Add(c.name, c.content)
		}
	}
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		first, firstErr := Check("files", []FileUpload{{Name: name, Content: content}})
		second, secondErr := Check("files", []FileUpload{{Name: name, Content: content}})
		if fmt.Sprint(firstErr) != fmt.Sprint(secondErr) || firstErr == nil && first[0].MediaType != second[0].MediaType {
			t.Errorf("got %v, then %v", firstErr, secondErr)
		}
	})
}
