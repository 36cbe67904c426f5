// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/sol-assistenza/sol/domain/refusal"
)

const (
	contentTypes = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="%"/></Types>`
	laughs       = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><sst>&c;</sst>`
)

// relations returns the relations of a part, with one to a target.
func relations(kind, target string) []byte {
	return []byte(`<?xml version="1.0"?><Relationships xmlns="x"><Relationship Id="1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` + kind + `" Target="` + target + `" TargetMode = 'External'/></Relationships>`)
}

// utf16Of returns a text in UTF-16.
func utf16Of(text string) []byte {
	b := []byte("\xff\xfe")
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// officeCases are documents with macros and with what programs fetch or start, and harmless ones beside them.
func officeCases(t testing.TB) map[string]corpusCase {
	docx := func(parts ...entry) []byte { return officeOf(t, "word/document.xml", parts...) }
	xlsx := func(parts ...entry) []byte { return officeOf(t, "xl/workbook.xml", parts...) }
	withType := func(kind string, parts ...entry) []byte {
		return archiveOf(t, append([]entry{{"[Content_Types].xml", []byte(strings.Replace(contentTypes, "%", kind, 1))}, {"word/document.xml", []byte("<x/>")}}, parts...)...)
	}
	field := func(text string) entry {
		return entry{"word/header1.xml", []byte(`<w:hdr><w:r>` + text + `</w:r></w:hdr>`)}
	}
	odf := func(parts ...entry) []byte {
		return archiveOf(t, append([]entry{{"mimetype", []byte("application/vnd.oasis.opendocument.text")}, {"content.xml", []byte("<x/>")}}, parts...)...)
	}
	return map[string]corpusCase{
		"macros: docm":                            {"a.docm", docx(), refusal.FileType, "", ""},
		"macros: docm as docx":                    {"a.docx", withType("application/vnd.ms-word.document.macroEnabled.main+xml"), refusal.OfficeMacros, "a.docx", ""},
		"macros: under another name":              {"a.docx", withType("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", entry{"word/stampa.bin", oleOf([]string{"VBA", "dir"}, nil)}), refusal.OfficeMacros, "stampa.bin", ""},
		"macros: stated in the content types":     {"a.docx", archiveOf(t, entry{"[Content_Types].xml", []byte(`<Types><Default Extension="dat" ContentType="application/vnd.ms-office.vbaProject"/></Types>`)}, entry{"word/document.xml", []byte("<x/>")}), refusal.OfficeMacros, "", ""},
		"macros: content types in UTF-16":         {"a.docx", archiveOf(t, entry{"[Content_Types].xml", utf16Of(`<Types><Default Extension="dat" ContentType="application/vnd.ms-office.vbaProject"/></Types>`)}, entry{"word/document.xml", []byte("<x/>")}), refusal.OfficeMacros, "", ""},
		"macros: sheet under another name":        {"a.xlsx", archiveOf(t, entry{"[Content_Types].xml", []byte(`<Types><Override PartName="/xl/s1.xml" ContentType="application/vnd.ms-excel.macrosheet+xml"/></Types>`)}, entry{"xl/workbook.xml", []byte("<x/>")}, entry{"xl/s1.xml", []byte("<x/>")}), refusal.OfficeMacros, "", ""},
		"macros: of LibreOffice":                  {"a.zip", archiveOf(t, entry{"b.odt", odf(entry{"Basic/Standard/Module1.xml", []byte("<script/>")})}), refusal.OfficeMacros, "b.odt", ""},
		"macros: scripts of LibreOffice":          {"a.zip", archiveOf(t, entry{"b.odt", odf(entry{"Scripts/python/a.xml", []byte("x")})}), refusal.OfficeMacros, "b.odt", ""},
		"macros: empty library of LibreOffice":    {"a.zip", archiveOf(t, entry{"b.odt", odf(entry{"Basic/script-lc.xml", []byte("<x/>")}, entry{"Basic/Standard/script-lb.xml", []byte("<x/>")})}), "", "", ""},
		"macros: encrypted of LibreOffice":        {"a.zip", archiveOf(t, entry{"b.odt", odf(entry{"META-INF/manifest.xml", []byte("<manifest:encryption-data/>")})}), refusal.FileEncrypted, "b.odt", ""},
		"macros: add-in of Excel":                 {"a.xlsx", archiveOf(t, entry{"[Content_Types].xml", []byte(strings.Replace(strings.Replace(contentTypes, "%", "application/vnd.ms-excel.addin.macroEnabled.main+xml", 1), "word/document", "xl/workbook", 1))}, entry{"xl/workbook.xml", []byte("<x/>")}), refusal.OfficeMacros, "", ""},
		"macros: sheet in text":                   {"a.zip", archiveOf(t, entry{"a.csv", []byte("ID;PWXL;N;E\nNN;NAuto_open;ER1C1\nC;X1;Y1;K0;EEXEC(\"calc.exe\")\nE\n")}), refusal.OfficeMacros, "a.csv", ""},
		"macros: sheet in text by name":           {"a.zip", archiveOf(t, entry{"a.slk", nil}), refusal.ArchiveProgram, "a.slk", ""},
		"commands: field":                         {"a.docx", docx(field(`<w:instrText xml:space="preserve"> DDEAUTO c:\\windows\\system32\\cmd.exe "/k calc" </w:instrText>`)), "", "", "launch"},
		"commands: field in pieces":               {"a.docx", docx(field(`<w:instrText>DD</w:instrText></w:r><w:r><w:instrText>EAUTO c:\\cmd.exe</w:instrText>`)), "", "", "launch"},
		"commands: simple field":                  {"a.docx", docx(field(`<w:fldSimple w:instr=' DDE excel "a"'/>`)), "", "", "launch"},
		"commands: word that only looks like one": {"a.docx", docx(field(`<w:t>DDE</w:t><w:instrText>PAGE</w:instrText>`)), "", "", ""},
		"commands: link of a sheet":               {"a.xlsx", xlsx(entry{"xl/externalLinks/externalLink1.xml", []byte(`<externalLink><ddeLink ddeService="cmd" ddeTopic="/C calc"/></externalLink>`)}), "", "", "launch"},
		"commands: cell in text":                  {"a.zip", archiveOf(t, entry{"a.csv", []byte("nome;=cmd|' /C calc'!A0\n")}), "", "", "launch"},
		"commands: in an old document":            {"a.doc", oleOf([]string{"WordDocument"}, append(make([]byte, 4096), "\x13 DDEAUTO c:\\cmd.exe \x14"...)), "", "", "launch"},
		"elsewhere: object":                       {"a.docx", docx(entry{"word/_rels/document.xml.rels", relations("oleObject", "mhtml:http://example.org/a.html!x-usc:http://example.org/a.html")}), "", "", "external-template"},
		"elsewhere: picture":                      {"a.docx", docx(entry{"word/_rels/document.xml.rels", relations("image", "http://example.org/a.png")}), "", "", "external-template"},
		"elsewhere: template on a share":          {"a.docx", docx(entry{"word/_rels/settings.xml.rels", relations("attachedTemplate", `\\example.org\a.dotm`)}), "", "", "external-template"},
		"elsewhere: template in UTF-16":           {"a.docx", docx(entry{"word/_rels/settings.xml.rels", utf16Of(`<?xml version="1.0" encoding="UTF-16"?>` + string(relations("attachedTemplate", "https://example.org/a.dotm"))[21:])}), "", "", "external-template"},
		"elsewhere: workbook on a share":          {"a.xlsx", xlsx(entry{"xl/externalLinks/_rels/externalLink1.xml.rels", relations("externalLinkPath", `\\example.org\a.xlsx`)}), "", "", "external-template"},
		"elsewhere: workbook on the same disk":    {"a.xlsx", xlsx(entry{"xl/externalLinks/_rels/externalLink1.xml.rels", relations("externalLinkPath", "file:///C:\\Dati\\a.xlsx")}), "", "", ""},
		"elsewhere: link that a person follows":   {"a.docx", docx(entry{"word/_rels/document.xml.rels", relations("hyperlink", "https://example.org/")}), "", "", ""},
		"elsewhere: relations that are damaged":   {"a.docx", docx(entry{"word/_rels/document.xml.rels", []byte("<Relationships><Relationship")}), "", "", "unread"},
		"bombs: entities in a sheet":              {"a.xlsx", xlsx(entry{"xl/sharedStrings.xml", []byte(laughs)}), refusal.ArchiveUnreadable, "sharedstrings.xml", ""},
		"bombs: entities in UTF-16":               {"a.xlsx", xlsx(entry{"xl/sharedStrings.xml", utf16Of(laughs)}), refusal.ArchiveUnreadable, "", ""},
		"bombs: entities in the content types":    {"a.xlsx", archiveOf(t, entry{"[Content_Types].xml", []byte(laughs)}, entry{"xl/workbook.xml", []byte("<x/>")}), refusal.ArchiveUnreadable, "", ""},
		"objects: chunk of another format":        {"a.docx", docx(entry{"word/document2.xml", []byte(`<w:body><w:altChunk r:id="1"/></w:body>`)}), "", "", "embedded-files"},
		"objects: control":                        {"a.docx", docx(entry{"word/activeX/activeX1.xml", []byte("<x/>")}), "", "", "embedded-files"},
		"objects: in a text with marks":           {"a.zip", archiveOf(t, entry{"a.rtf", []byte(`{\rtf1{\object\objemb\objdata 0105000002}}`)}), "", "", "embedded-files"},
		"objects: template of a text with marks":  {"a.zip", archiveOf(t, entry{"a.doc", []byte(`{\rtf1{\*\template http://example.org/a.dotm}}`)}), "", "", "external-template"},
		"objects: text with marks":                {"a.zip", archiveOf(t, entry{"a.rtf", []byte(`{\rtf1 ciao}`)}), "", "", ""},
		"objects: program in a package":           {"a.doc", oleOf([]string{"WordDocument", "\x01Ole10Native"}, append(make([]byte, 4096), "MZ This program cannot be run in DOS mode"...)), refusal.ArchiveProgram, "", ""},
		"encrypted: rights of a document":         {"a.docx", oleOf([]string{"\tDRMContent"}, nil), refusal.FileEncrypted, "", ""},
		"encrypted: xlsx":                         {"a.xlsx", oleOf([]string{"EncryptionInfo", "EncryptedPackage"}, nil), refusal.FileEncrypted, "", ""},
		"bombs: container of many workbooks":      {"a.xls", manyStreams(), refusal.ArchiveTooLarge, "", ""},
	}
}

// manyStreams returns an OLE container of 1 MB whose directory names the same large stream thousands of times.
func manyStreams() []byte {
	b := append(oleOf([]string{"Workbook"}, nil)[:1024], make([]byte, 1<<20-1024)...)
	for n := range 126 { // a chain of sectors in a circle
		b[512+4*(2+n)%512] = 2
	}
	one := oleOf([]string{"Workbook"}, make([]byte, 512))[1024 : 1024+128]
	for at := 1024; at+128 <= len(b); at += 128 {
		copy(b[at:], one)
		b[at+122] = 15 // nearly 1 MB
	}
	return b
}
