// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment_test

import (
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/app/attachment/redraw"
)

// FuzzCheck checks files with any name and content. A file that is accepted has a name that is text, and a picture that is accepted can be drawn
// again or is refused as damaged.
func FuzzCheck(f *testing.F) {
	files, err := filepath.Glob("testdata/files/*")
	if err != nil || len(files) == 0 {
		f.Fatalf("got the seeds %v, %v, want some", files, err)
	}
	for _, file := range files {
		if content, err := os.ReadFile(file); err == nil && len(content) < 20_000 {
			f.Add(filepath.Base(file), content)
		}
	}
	for _, content := range []string{"%PDF-1.4 x", "PK\x03\x04", "PK\x05\x06" + string(make([]byte, 18)), "GIF89a\xff\xff\xff\xff", "\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "MZ", ""} {
		for _, name := range []string{"a.pdf", "a.zip", "a.docx", "a.gif", "a.png", "a.jpg", "a.doc", "..\\a.pdf", "\u202efdp.exe"} {
			f.Add(name, []byte(content))
		}
	}
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		accepted, err := attachment.Check("attachments", []attachment.FileUpload{{Name: name, Content: content}})
		if err != nil {
			return
		}
		for _, file := range accepted {
			if file.Name == "" || file.MediaType == "" || !utf8.ValidString(file.Name) {
				t.Errorf("got the file %q of the type %q, want both", file.Name, file.MediaType)
			}
			if redraw.Knows(file.MediaType) && len(content) < 50_000 {
				_, _ = redraw.Image(t.Context(), file.MediaType, content) // it may be damaged; it must not panic
			}
		}
	})
}
