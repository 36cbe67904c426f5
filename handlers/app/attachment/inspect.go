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

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/gabriel-vasile/mimetype"
)

// Bounds on what a file of at most 1 MB may unfold to.
const (
	maxEntries  = 2000     // of an archive; documents are archives too
	maxUnpacked = 64 << 20 // bytes, all entries together
	maxRatio    = 200      // unpacked to packed, all entries together
	maxPixels   = 50_000_000
)

// badContent is why the content of a file is refused, and what would be accepted.
type badContent struct {
	reason  refusal.Reason
	allowed string
}

// mediaTypes gives the media type that goes with an extension.
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
	"jpg":  "image/jpeg",
}

// inspect gives the media type of a content whose name ends in ext, or says why it is not such a file.
func inspect(ext string, content []byte) (string, *badContent) {
	want, found := mediaTypes[ext], mimetype.Detect(content)
	other := &badContent{refusal.FileContent.With(ext), "a content of type " + want}
	switch ext {
	case "doc", "xls":
		// Where the file says too late for the detector what made it, it is an OLE container and no more is known.
		if !found.Is(want) && !found.Is("application/x-ole-storage") {
			return "", other
		}
	case "docx", "xlsx", "zip":
		kind, bad := inspectArchive(content)
		if bad != nil {
			return "", bad
		}
		if kind != ext {
			return "", other
		}
	case "png", "gif", "jpeg", "jpg":
		if !found.Is(want) {
			return "", other
		}
		size, _, err := image.DecodeConfig(bytes.NewReader(content))
		if err != nil {
			return "", other
		}
		if int64(size.Width)*int64(size.Height) > maxPixels {
			return "", &badContent{refusal.ImageTooLarge.With(), fmt.Sprintf("at most %d pixels", maxPixels)}
		}
	default:
		if !found.Is(want) {
			return "", other
		}
	}
	return want, nil
}

// inspectArchive unpacks a zip into nothing, within bounds, and tells which kind it is. Sizes are counted, not believed.
func inspectArchive(content []byte) (kind string, bad *badContent) {
	broken := &badContent{refusal.ArchiveUnreadable.With(), "a whole, readable archive"}
	bomb := &badContent{refusal.ArchiveTooLarge.With(), fmt.Sprintf("at most %d entries, %d bytes unpacked, ratio %d", maxEntries, maxUnpacked, maxRatio)}
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return "", broken
	}
	if len(z.File) > maxEntries {
		return "", bomb
	}
	left := min(int64(maxUnpacked), int64(len(content))*maxRatio)
	kind = "zip"
	for _, f := range z.File {
		switch f.Name {
		case "word/document.xml":
			kind = "docx"
		case "xl/workbook.xml":
			kind = "xlsx"
		}
		if f.Flags&1 != 0 { // encrypted: what is inside stays there
			continue
		}
		r, err := f.Open()
		if err != nil {
			return "", broken
		}
		n, err := io.Copy(io.Discard, io.LimitReader(r, left+1))
		r.Close()
		if left -= n; left < 0 {
			return "", bomb
		}
		if err != nil {
			return "", broken
		}
	}
	return kind, nil
}
