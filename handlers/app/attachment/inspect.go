// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/app/attachment/redraw"
)

// badContent is the reason why the content of a file is refused, and the accepted content in English.
type badContent struct {
	reason  refusal.Reason
	allowed string
}

// mediaTypes holds the media type of each accepted extension.
var mediaTypes = map[string]string{
	"pdf":  "application/pdf",
	"doc":  "application/msword",
	"xls":  "application/vnd.ms-excel",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"zip":  "application/zip",
	"png":  "image/png",
	"gif":  "image/gif",
	"jpeg": "image/jpeg",
}

// inspect returns the media type of a file with the extension ext and what it contains beside what it shows, sorted, or the reason why its content
// is refused. Messages name it by name.
func inspect(name, ext string, content []byte) (mediaType string, contains []string, bad *badContent) {
	want, found := mediaTypes[ext], mimetype.Detect(content)
	wrongType := &badContent{refusal.FileContent.With(ext), "a content of type " + want}
	if has := realExtension(found, ext, content); has == "heic" {
		wrongType.reason = refusal.FileHEIC.With()
	} else if has != "" && has != ext {
		wrongType.reason = refusal.FileContentIs.With(ext, has)
	}
	inspections <- struct{}{}
	defer func() { <-inspections }()
	i := newInspection(len(content))
	switch ext {
	case "doc", "xls":
		// The detector reads only the beginning of the file. If the type is stated later, it detects just an OLE container.
		if !found.Is(want) && !found.Is("application/x-ole-storage") {
			return "", nil, wrongType
		}
		bad = i.ole(name, content)
	case "docx", "xlsx", "zip":
		bad = i.checkArchive(name, ext, content, wrongType)
	case "png", "gif", "jpeg":
		if imageType(content) != want { // an image that also has the mark of another type is drawn anew
			return "", nil, wrongType
		}
		switch err := redraw.Check(want, content); {
		case errors.Is(err, redraw.ErrTooLarge):
			bad = &badContent{refusal.ImageTooLarge.With(), fmt.Sprintf("at most %d pixels", redraw.MaxPixels)}
		case err != nil:
			bad = &badContent{refusal.ImageDamaged.With(), "an image of type " + want}
		}
	default:
		if !found.Is(want) || !isOnlyPDF(content) {
			return "", nil, wrongType
		}
		i.pdf(content)
	}
	return want, slices.Sorted(maps.Keys(i.contains)), bad
}

// checkArchive looks into a file that should be a docx, xlsx or zip. wrongType refuses one that is another type of file.
func (i *inspection) checkArchive(name, ext string, content []byte, wrongType *badContent) *badContent {
	if kindOf(content) == kindOLE && ext != "zip" { // Office keeps a docx with a password so
		if bad := i.ole(name, content); bad != nil && bad.reason.Code == refusal.FileEncrypted {
			return bad
		}
	}
	if !bytes.HasPrefix(content, []byte("PK")) { // something stands before the archive
		if wrongType.reason.Code != refusal.FileContent {
			return wrongType
		}
		return unreadable(name)
	}
	kind, bad := i.archive(name, content, 1)
	switch {
	case bad != nil:
		return bad
	case macroKinds[kind]:
		return macros(name)
	case kind == ext:
		return nil
	}
	wrongType.reason = refusal.FileContent.With(ext)
	if mediaTypes[kind] != "" {
		wrongType.reason = refusal.FileContentIs.With(ext, kind)
	}
	return wrongType
}

// realExtension returns the extension that a content should have in place of ext: that of an accepted type, heic, or empty for any other
// content.
func realExtension(found *mimetype.MIME, ext string, content []byte) string {
	if image := imageType(content); image != "" {
		return strings.TrimPrefix(image, "image/")
	}
	if found.Is("application/x-ole-storage") {
		return map[string]string{"docx": "doc", "xlsx": "xls"}[ext]
	}
	for _, accepted := range []string{"pdf", "doc", "xls"} {
		if found.Is(mediaTypes[accepted]) {
			return accepted
		}
	}
	if strings.HasPrefix(found.String(), "image/hei") {
		return "heic"
	}
	return ""
}
