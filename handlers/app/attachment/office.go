// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"archive/zip"
	"encoding/xml"
	"io"
	"slices"
	"strings"
)

// contentTypesName is the entry of an Office file (ECMA-376, Open Packaging Conventions) that states the type of each other entry.
const contentTypesName = "[content_types].xml"

// maxContentTypes is the maximum number of bytes of that entry that are read.
const maxContentTypes = 1 << 20

// officeKinds holds the kind of an Office file by the type of its main entry. Files with macros are kinds of their own, which no extension
// has, and are refused.
var officeKinds = map[string]string{
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml":   "docx",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml":   "docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml":         "xlsx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml":      "xlsx",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml": "pptx",
	"application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml":    "pptx",
	"application/vnd.openxmlformats-officedocument.presentationml.template.main+xml":     "pptx",
	"application/vnd.ms-word.document.macroenabled.main+xml":                             "docm",
	"application/vnd.ms-word.template.macroenabledtemplate.main+xml":                     "docm",
	"application/vnd.ms-excel.sheet.macroenabled.main+xml":                               "xlsm",
	"application/vnd.ms-excel.template.macroenabled.main+xml":                            "xlsm",
	"application/vnd.ms-excel.addin.macroenabled.main+xml":                               "xlsm",
	"application/vnd.ms-excel.sheet.binary.macroenabled.main":                            "xlsb",
	"application/vnd.ms-powerpoint.presentation.macroenabled.main+xml":                   "pptm",
	"application/vnd.ms-powerpoint.slideshow.macroenabled.main+xml":                      "pptm",
	"application/vnd.ms-powerpoint.template.macroenabled.main+xml":                       "pptm",
	"application/vnd.ms-powerpoint.addin.macroenabled.main+xml":                          "pptm",
}

// entryName returns the name of an entry of a zip as Office programs read it: some programs write backslashes, or a slash before it.
func entryName(name string) string {
	return strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/")
}

// readContentTypes returns the content types of an Office file; nothing if there are none that can be read.
func readContentTypes(entries []*zip.File) []byte {
	i := slices.IndexFunc(entries, func(f *zip.File) bool { return strings.EqualFold(entryName(f.Name), contentTypesName) })
	if i < 0 || entries[i].Flags&1 != 0 {
		return nil
	}
	r, err := entries[i].Open()
	if err != nil {
		return nil
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, maxContentTypes))
	if err != nil {
		return nil
	}
	return text
}

// archiveKind returns the kind of a zip: that of its main entry by the content types; without readable ones, that of the usual name of the
// main entry; otherwise zip. The main entry may have any name and place.
func archiveKind(entries []*zip.File) string {
	has := func(is func(name string) bool) bool {
		return slices.ContainsFunc(entries, func(f *zip.File) bool { return is(strings.ToLower(entryName(f.Name))) })
	}
	var stated struct {
		Defaults []struct {
			Extension   string `xml:"Extension,attr"`
			ContentType string `xml:"ContentType,attr"`
		} `xml:"Default"`
		Overrides []struct {
			PartName    string `xml:"PartName,attr"`
			ContentType string `xml:"ContentType,attr"`
		} `xml:"Override"`
	}
	if xml.Unmarshal(readContentTypes(entries), &stated) == nil {
		for _, o := range stated.Overrides {
			name := strings.ToLower(entryName(o.PartName))
			if kind := officeKinds[strings.ToLower(o.ContentType)]; kind != "" && has(func(n string) bool { return n == name }) {
				return kind
			}
		}
		for _, d := range stated.Defaults {
			ext := "." + strings.ToLower(d.Extension)
			if kind := officeKinds[strings.ToLower(d.ContentType)]; kind != "" && has(func(n string) bool { return strings.HasSuffix(n, ext) }) {
				return kind
			}
		}
	}
	switch {
	case has(func(n string) bool { return n == "word/document.xml" }):
		return "docx"
	case has(func(n string) bool { return n == "xl/workbook.xml" }):
		return "xlsx"
	}
	return "zip"
}

// macroKinds are the kinds of Office files with macros.
var macroKinds = map[string]bool{"docm": true, "xlsm": true, "xlsb": true, "pptm": true}
