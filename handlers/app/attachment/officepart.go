// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"slices"
	"strings"
)

// partCheck returns the function that looks into the entries of an Office file, each by its name in lower case; nil for another zip.
func (i *inspection) partCheck(entries []*zip.File) func(archive, part string, content []byte) *badContent {
	has := func(names ...string) bool {
		return slices.ContainsFunc(entries, func(f *zip.File) bool { return slices.Contains(names, strings.ToLower(entryName(f.Name))) })
	}
	switch {
	case has(contentTypesName, "word/document.xml", "xl/workbook.xml"):
		return i.officePart
	case has("mimetype") && has("content.xml", "meta-inf/manifest.xml"):
		return i.openDocumentPart
	}
	return nil
}

// officePart looks into a part of an Office file (ECMA-376): macros may be in one whose content types do not say so, and parts may be fetched from
// elsewhere when it is opened.
func (i *inspection) officePart(archive, part string, content []byte) *badContent {
	switch {
	case strings.HasSuffix(part, "vbaproject.bin"), strings.Contains(part, "/macrosheets/"):
		return macros(archive)
	case strings.Contains(part, "/embeddings/") && len(content) > 0, strings.Contains(part, "/activex/"):
		i.contains[containsFiles] = true
	}
	if !slices.Contains([]string{"xml", "rels", "vml"}, extensionOf(part)) {
		return nil
	}
	content = withoutZeros(content)
	lower := bytes.ToLower(content)
	switch {
	case bytes.Contains(lower, []byte("<!doctype")), bytes.Contains(lower, []byte("<!entity")): // no Office program writes or reads one
		return unreadable(inner(archive, part))
	case part == contentTypesName && (bytes.Contains(lower, []byte("macrosheet")) || bytes.Contains(lower, []byte("vbaproject"))):
		return macros(archive)
	case strings.HasSuffix(part, ".rels"):
		i.relationships(content)
	default:
		if hasCommandField(content) {
			i.contains[containsLaunch] = true
		}
		if bytes.Contains(lower, []byte("altchunk")) {
			i.contains[containsFiles] = true
		}
	}
	return nil
}

// relationships records what an Office file fetches from elsewhere when it is opened: a template, an object, a picture. A link that a person
// follows and another workbook on the same disk are nothing of that.
func (i *inspection) relationships(content []byte) {
	d := xml.NewDecoder(bytes.NewReader(content))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // addresses are Latin letters
	for {
		token, err := d.Token()
		if err != nil {
			if err != io.EOF { //nolint:errorlint // the decoder returns it as it is
				i.contains[containsUnread] = true
			}
			return
		}
		start, isStart := token.(xml.StartElement)
		if !isStart {
			continue
		}
		var kind, target, mode string
		for _, a := range start.Attr {
			switch strings.ToLower(a.Name.Local) {
			case "type":
				kind = strings.ToLower(a.Value)
			case "target":
				target = strings.ToLower(strings.TrimSpace(a.Value))
			case "targetmode":
				mode = strings.ToLower(strings.TrimSpace(a.Value))
			}
		}
		switch {
		case mode != "external" || strings.HasSuffix(kind, "/hyperlink"):
		case !strings.HasSuffix(kind, "/externallinkpath"), strings.Contains(target, "//") && !strings.HasPrefix(target, "file:///"), strings.HasPrefix(target, `\\`):
			i.contains[containsTemplate] = true
		}
	}
}

var (
	fieldText   = regexp.MustCompile(`(?s)<(?:\w+:)?instrText[^>]*>([^<]*)<|\binstr\s*=\s*["']([^"']*)["']`)
	ddeField    = regexp.MustCompile(`(?i)\bDDE(AUTO)?\b`)
	ddeLink     = regexp.MustCompile(`ddeLink\b`)
	ddeFunction = regexp.MustCompile(`<(?:\w+:)?f[ >][^<]*\|\s*(?:'|&apos;)`)
)

// hasCommandField reports whether a part has a field or cell that starts a program (DDE). The text of a field may be in several pieces.
func hasCommandField(content []byte) bool {
	if ddeLink.Match(content) || bytes.IndexByte(content, '|') >= 0 && ddeFunction.Match(content) {
		return true
	}
	if !bytes.Contains(content, []byte("instr")) {
		return false
	}
	var text []byte
	for _, m := range fieldText.FindAllSubmatch(content, -1) {
		text = append(append(text, m[1]...), m[2]...)
	}
	return ddeField.Match(text)
}

// openDocumentPart looks into a part of a file of LibreOffice (OASIS Open Document): its macros are entries by name, without the list of them, which
// an empty library has too.
func (i *inspection) openDocumentPart(archive, part string, content []byte) *badContent {
	dir, name, _ := strings.Cut(part, "/")
	base := name[strings.LastIndexByte(name, '/')+1:]
	switch {
	case len(content) == 0:
	case dir == "scripts", dir == "basic" && !slices.Contains([]string{"script-lc.xml", "script-lb.xml", "dialog-lc.xml", "dialog-lb.xml"}, base):
		return macros(archive)
	case part == "meta-inf/manifest.xml" && bytes.Contains(content, []byte("encryption-data")):
		return encrypted(archive)
	case strings.HasPrefix(dir, "object "):
		i.contains[containsFiles] = true
	}
	return nil
}
