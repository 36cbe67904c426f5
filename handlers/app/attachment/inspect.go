// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	_ "image/gif" // formats that DecodeConfig knows
	_ "image/jpeg"
	_ "image/png"
	"io"
	"strings"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/gabriel-vasile/mimetype"
)

// Limits on the unpacked size of a file.
const (
	maxEntries  = 2000     // of an archive; docx and xlsx are archives too
	maxUnpacked = 64 << 20 // bytes, all entries together
	maxRatio    = 200      // unpacked size to file size, all entries together
	maxPixels   = 50_000_000
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

// inspect returns the media type of a file with the extension ext, or the reason why its content is refused.
func inspect(ext string, content []byte) (string, *badContent) {
	want, found := mediaTypes[ext], mimetype.Detect(content)
	wrongType := &badContent{refusal.FileContent.With(ext), "a content of type " + want}
	if has := realExtension(found, ext); has == "heic" {
		wrongType.reason = refusal.FileHEIC.With()
	} else if has != "" && has != ext {
		wrongType.reason = refusal.FileContentIs.With(ext, has)
	}
	switch ext {
	case "doc", "xls":
		// The detector reads only the beginning of the file. If the type is stated later, it detects just an OLE container.
		if !found.Is(want) && !found.Is("application/x-ole-storage") {
			return "", wrongType
		}
	case "docx", "xlsx", "zip":
		kind, bad := inspectArchive(content)
		if bad != nil && wrongType.reason.Code != refusal.FileContent {
			return "", wrongType // it is no damaged archive but another type of file
		}
		if bad != nil {
			return "", bad
		}
		if kind != ext {
			wrongType.reason = refusal.FileContent.With(ext)
			if mediaTypes[kind] != "" {
				wrongType.reason = refusal.FileContentIs.With(ext, kind)
			}
			return "", wrongType
		}
	case "png", "gif", "jpeg":
		if !found.Is(want) {
			return "", wrongType
		}
		size, _, err := image.DecodeConfig(bytes.NewReader(content))
		if err != nil {
			return "", wrongType
		}
		if int64(size.Width)*int64(size.Height) > maxPixels {
			return "", &badContent{refusal.ImageTooLarge.With(), fmt.Sprintf("at most %d pixels", maxPixels)}
		}
	default:
		if !found.Is(want) {
			return "", wrongType
		}
	}
	return want, nil
}

// realExtension returns the extension that a content should have in place of ext: that of an accepted type, heic, or empty for any other
// content.
func realExtension(found *mimetype.MIME, ext string) string {
	if found.Is("application/x-ole-storage") {
		return map[string]string{"docx": "doc", "xlsx": "xls"}[ext]
	}
	for _, accepted := range []string{"pdf", "doc", "xls", "png", "gif", "jpeg"} {
		if found.Is(mediaTypes[accepted]) {
			return accepted
		}
	}
	if strings.HasPrefix(found.String(), "image/hei") {
		return "heic"
	}
	return ""
}

// inspectArchive unpacks a zip within the limits, discards the content, and returns its kind: docx, xlsx, another
// Office format, or zip. It counts the unpacked
// bytes, since the sizes in the directory of a zip may be false.
func inspectArchive(content []byte) (kind string, bad *badContent) {
	unreadable := &badContent{refusal.ArchiveUnreadable.With(), "a whole, readable archive"}
	tooLarge := &badContent{refusal.ArchiveTooLarge.With(), fmt.Sprintf("at most %d entries, %d bytes unpacked, ratio %d", maxEntries, maxUnpacked, maxRatio)}
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return "", unreadable
	}
	if len(z.File) > maxEntries {
		return "", tooLarge
	}
	left := min(int64(maxUnpacked), int64(len(content))*maxRatio)
	for _, f := range z.File {
		if f.Flags&1 != 0 { // encrypted: it cannot be unpacked
			continue
		}
		r, err := f.Open()
		if err != nil {
			return "", unreadable
		}
		n, err := io.Copy(io.Discard, io.LimitReader(r, left+1))
		r.Close()
		if left -= n; left < 0 {
			return "", tooLarge
		}
		if err != nil {
			return "", unreadable
		}
	}
	return archiveKind(z.File), nil
}
