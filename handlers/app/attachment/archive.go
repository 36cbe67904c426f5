// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
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

// inspections bounds the memory of all inspections of a process: each holds at most maxUnpacked bytes at a time.
var inspections = make(chan struct{}, 3)

// inspection is the inspection of one file. Everything in the file has one budget.
type inspection struct {
	entries  int   // that may still follow
	unpacked int64 // bytes that may still be unpacked or joined
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
	if depth > maxDepth {
		return "", tooDeep(name)
	}
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return "", unreadable(name)
	}
	if i.entries -= len(z.File); i.entries < 0 {
		return "", tooMuch(name)
	}
	check := i.partCheck(z.File)
	for _, f := range z.File {
		entry, bad := i.entry(name, f)
		if bad == nil && entry != nil {
			bad = i.content(inner(name, f.Name), entry, depth+1)
		}
		if bad == nil && check != nil {
			bad = check(name, strings.ToLower(entryName(f.Name)), entry)
		}
		if bad != nil {
			return "", bad
		}
	}
	return archiveKind(z.File), nil
}

func unreadable(name string) *badContent {
	return &badContent{refusal.ArchiveUnreadable.With(name), "a whole, readable archive"}
}

func tooDeep(name string) *badContent {
	return &badContent{refusal.ArchiveNested.With(name), fmt.Sprintf("at most %d archives in each other", maxDepth)}
}

func tooMuch(name string) *badContent {
	return &badContent{refusal.ArchiveTooLarge.With(name), fmt.Sprintf("at most %d entries, %d bytes unpacked, ratio %d", maxEntries, maxUnpacked, maxRatio)}
}

func program(name string) *badContent {
	return &badContent{refusal.ArchiveProgram.With(name), "no programs"}
}

func macros(name string) *badContent {
	return &badContent{refusal.OfficeMacros.With(name), "documents without macros"}
}

func encrypted(name string) *badContent {
	return &badContent{refusal.FileEncrypted.With(name), "files without a password"}
}

// entry unpacks an entry of an archive; nil for a directory.
func (i *inspection) entry(archive string, f *zip.File) ([]byte, *badContent) {
	name := inner(archive, f.Name)
	switch {
	case f.Flags&1 != 0:
		return nil, encrypted(name)
	case slices.Contains(strings.Split(entryName(f.Name), "/"), ".."): // it would be unpacked elsewhere
		return nil, unreadable(name)
	case isProgramName(entryName(f.Name)):
		return nil, program(name)
	case strings.HasSuffix(f.Name, "/"):
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, unreadable(name)
	}
	defer r.Close()
	var content bytes.Buffer // grows with what is there: the size in the directory may be false
	n, err := io.Copy(&content, io.LimitReader(r, i.unpacked+1))
	if i.unpacked -= n; i.unpacked < 0 {
		return nil, tooMuch(archive)
	}
	if err != nil {
		return nil, unreadable(name)
	}
	return content.Bytes(), nil
}

// content looks into an entry of an archive by its kind, whatever its name says.
func (i *inspection) content(name string, content []byte, depth int) *badContent {
	switch kindOf(content) {
	case kindProgram:
		return program(name)
	case kindArchive:
		return &badContent{refusal.ArchiveUnknown.With(name), "zip archives"}
	case kindZip:
		return i.innerArchive(name, content, depth)
	case kindOLE:
		return i.ole(name, content)
	case kindPDF:
		i.pdf(content)
	case kindRTF:
		i.rtf(content)
	case kindOther:
		if bad := i.text(name, content); bad != nil {
			return bad
		}
	}
	if signed := i.signedContent(content); signed != nil {
		if depth > maxDepth {
			return tooDeep(name)
		}
		if bad := i.content(name, signed, depth+1); bad != nil {
			return bad
		}
	}
	return i.hiddenArchive(name, content, depth)
}

// hiddenArchive looks into an archive that something else stands before: programs that unpack it look at its end. Not all of what looks like one can
// be read.
func (i *inspection) hiddenArchive(name string, content []byte, depth int) *badContent {
	if !hasDirectory(content) {
		return nil
	}
	bad := i.innerArchive(name, content, depth)
	if bad != nil && bad.reason.Code == refusal.ArchiveUnreadable {
		i.contains[containsUnread] = true
		return nil
	}
	return bad
}

// innerArchive looks into an archive in another one.
func (i *inspection) innerArchive(name string, content []byte, depth int) *badContent {
	kind, bad := i.archive(name, content, depth)
	if bad == nil && macroKinds[kind] {
		bad = macros(name)
	}
	return bad
}

// hasDirectory reports whether a content ends with the directory of a zip that has entries.
func hasDirectory(content []byte) bool {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	return err == nil && len(z.File) > 0
}
