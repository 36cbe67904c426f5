// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"bytes"
	"regexp"
	"slices"
)

// What follows stands in files that people read as text and that programs carry out.
var (
	pageScript = regexp.MustCompile(`(?i)<(\w+:)?script|javascript:|<[^>]{0,500}\son[a-z]{3,20}\s*=`)
	// sylkFormula is a cell of a sheet in the format SYLK that is calculated, or a name, which may begin by itself.
	sylkFormula = regexp.MustCompile(`(?m)^(C;[^\r\n]*;E|NN;)`)
	// sheetCommand is a cell of a sheet in text that starts a program: =cmd|'/C …'!A0.
	sheetCommand = regexp.MustCompile(`(?m)(^|[,;\t"])\s*[=+@-][^|,;\r\n]{1,60}\|\s*'`)
)

// text looks into a content that has no mark of its own.
func (i *inspection) text(name string, content []byte) *badContent {
	ext := extensionOf(name)
	isText := !bytes.ContainsRune(content[:min(len(content), headSize)], 0)
	content = withoutZeros(content)
	switch start := bytes.TrimLeft(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")), " \t\r\n"); {
	case bytes.HasPrefix(start, []byte("ID;P")) && sylkFormula.Match(start):
		return macros(name)
	case bytes.HasPrefix(start, []byte("<")), bytes.HasPrefix(start, []byte("MIME-Version:")), slices.Contains([]string{"htm", "html", "xhtml", "xht", "shtml", "svg", "xml", "mht", "mhtml"}, ext):
		if pageScript.Match(content) {
			i.contains[containsJavaScript] = true
		}
	case isText || slices.Contains([]string{"csv", "tsv", "txt"}, ext):
		if sheetCommand.Match(content) {
			i.contains[containsLaunch] = true
		}
	}
	return nil
}

// withoutZeros returns a text in UTF-16 so that its Latin letters can be found, and any other content as it is.
func withoutZeros(content []byte) []byte {
	if bytes.IndexByte(content[:min(len(content), headSize)], 0) < 0 {
		return content
	}
	letters := make([]byte, 0, len(content)/2+1)
	for _, c := range content {
		if c != 0 {
			letters = append(letters, c)
		}
	}
	return bytes.TrimLeft(letters, "\xff\xfe")
}

var (
	rtfObject   = regexp.MustCompile(`\\obj(data|ect|emb|link|autlink|update|ocx|html)`)
	rtfTemplate = regexp.MustCompile(`\\\*\\template[^}]{0,20}(//|\\\\)`)
)

// rtf records what a text in the format RTF contains beside what it shows.
func (i *inspection) rtf(content []byte) {
	if rtfObject.Match(content) {
		i.contains[containsFiles] = true
	}
	if rtfTemplate.Match(content) {
		i.contains[containsTemplate] = true
	}
}
