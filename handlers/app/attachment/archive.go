// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// Limits on the unpacked size of a file, with all archives in it.
const (
	maxEntries  = 2000     // docx and xlsx are archives too
	maxUnpacked = 64 << 20 // bytes
	maxRatio    = 200      // unpacked size to file size
	maxDepth    = 3        // an archive, in an archive, in the archive that was sent
)

// headSize is the number of bytes of an entry by which its kind is found.
const headSize = 1024

// inspection is the inspection of one file. Everything in the file has one budget.
type inspection struct {
	entries  int   // that may still follow
	unpacked int64 // bytes that may still follow
	contains map[string]bool
}

func newInspection(size int) *inspection {
	return &inspection{entries: maxEntries, unpacked: min(int64(maxUnpacked), int64(size)*maxRatio), contains: map[string]bool{}}
}

// inner returns the name of an entry of an archive with that of the archive.
func inner(archive, entry string) string { return archive + " › " + cleanEntry(entry) }

// maxEntryName is the maximum length, in characters, of the name of an entry in a message.
const maxEntryName = 80

// cleanEntry returns the name of an entry for a message: the last of its directories and the name, without what a page should not show.
func cleanEntry(name string) string {
	clean := []rune(cleanName(entryName(name)))
	if len(clean) == 0 {
		return "?"
	}
	return string(clean[:min(len(clean), maxEntryName)])
}

// archive unpacks a zip within the limits, looks into each entry, and returns its kind: docx, xlsx, another Office format, or zip. It counts the
// unpacked bytes, since the sizes in the directory of a zip may be false. name is how a message names it.
func (i *inspection) archive(name string, content []byte, depth int) (kind string, bad *badContent) {
	unreadable := &badContent{refusal.ArchiveUnreadable.With(name), "a whole, readable archive"}
	if depth > maxDepth {
		return "", &badContent{refusal.ArchiveNested.With(name), fmt.Sprintf("at most %d archives in each other", maxDepth)}
	}
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil || !bytes.HasPrefix(content, []byte("PK")) {
		return "", unreadable
	}
	if i.entries -= len(z.File); i.entries < 0 {
		return "", tooMuch(name)
	}
	for _, f := range z.File {
		if bad := i.entry(name, f, depth); bad != nil {
			return "", bad
		}
	}
	kind = archiveKind(z.File)
	if kind != "zip" {
		if bad := i.office(name, z.File); bad != nil {
			return "", bad
		}
	}
	return kind, nil
}

func tooMuch(name string) *badContent {
	return &badContent{refusal.ArchiveTooLarge.With(name), fmt.Sprintf("at most %d entries, %d bytes unpacked, ratio %d", maxEntries, maxUnpacked, maxRatio)}
}

// entry unpacks an entry of an archive and looks into it.
func (i *inspection) entry(archive string, f *zip.File, depth int) *badContent {
	name := inner(archive, f.Name)
	unreadable := &badContent{refusal.ArchiveUnreadable.With(name), "a whole, readable archive"}
	switch {
	case f.Flags&1 != 0:
		return &badContent{refusal.FileEncrypted.With(name), "files without a password"}
	case isProgramName(entryName(f.Name)):
		return &badContent{refusal.ArchiveProgram.With(name), "no programs"}
	case strings.HasSuffix(f.Name, "/"):
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return unreadable
	}
	defer r.Close()
	head := make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return unreadable
	}
	if i.unpacked -= int64(n); i.unpacked < 0 {
		return tooMuch(archive)
	}
	kind := kindOf(head)
	rest := io.Discard
	content := bytes.NewBuffer(head)
	if kind == kindZip || kind == kindOLE || kind == kindPDF {
		rest = content
	}
	more, err := io.Copy(rest, io.LimitReader(r, i.unpacked+1))
	if i.unpacked -= more; i.unpacked < 0 {
		return tooMuch(archive)
	}
	if err != nil {
		return unreadable
	}
	return i.content(name, kind, content.Bytes(), depth+1)
}

// content looks into an entry of an archive by its kind, whatever its name says.
func (i *inspection) content(name string, kind contentKind, content []byte, depth int) *badContent {
	switch kind {
	case kindProgram:
		return &badContent{refusal.ArchiveProgram.With(name), "no programs"}
	case kindArchive:
		return &badContent{refusal.ArchiveUnknown.With(name), "zip archives"}
	case kindZip:
		found, bad := i.archive(name, content, depth)
		if bad == nil && macroKinds[found] {
			bad = &badContent{refusal.OfficeMacros.With(name), "documents without macros"}
		}
		return bad
	case kindOLE:
		return i.ole(name, content)
	case kindPDF:
		i.pdf(content)
	case kindOther:
	}
	return nil
}
