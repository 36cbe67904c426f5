// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package attachment looks into the files that people send before anything is kept of them: accepted kinds only
// (FAQ 2.2: pdf, doc, docx, xls, xlsx, zip, png, gif, jpeg; 1 MB each), content that is what the name says, nothing that
// unpacks without end.
package attachment

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// MaxName is the longest accepted file name, in characters.
const MaxName = 255

// FileUpload is an attachment as sent: pdf doc docx xls xlsx zip png gif jpeg, 1 MB at most (FAQ 2.2). Check cleans its name and sets
// its media type from its content.
type FileUpload struct {
	Name      string `json:"name" example:"referto.pdf"`
	Content   []byte `json:"content_base64"`
	MediaType string `json:"-"`
}

// Check judges the files of one form or note, naming what is wrong as the fields of that list: "attachments[2].name",
// "attachments[2].content_base64". Errors are *ticket.InvalidError. What it gives back may be stored.
func Check(field string, files []FileUpload) ([]FileUpload, error) {
	var wrong []ticket.FieldError
	if len(files) > ticket.MaxAttachments {
		wrong = append(wrong, ticket.FieldError{Field: field, Reason: refusal.TooManyFiles.With(), Allowed: fmt.Sprintf("at most %d", ticket.MaxAttachments)})
	}
	var checked []FileUpload
	for n, f := range files {
		at := fmt.Sprintf("%s[%d].", field, n)
		f.Name = cleanName(f.Name)
		ext := strings.TrimPrefix(strings.ToLower(path.Ext(f.Name)), ".")
		switch {
		case f.Name == "" || utf8.RuneCountInString(f.Name) > MaxName:
			wrong = append(wrong, ticket.FieldError{Field: at + "name", Reason: refusal.FileNameLength.With(), Allowed: fmt.Sprintf("1 to %d characters", MaxName)})
		case !slices.Contains(ticket.AttachmentExtensions, ext):
			wrong = append(wrong, ticket.FieldError{Field: at + "name", Reason: refusal.FileType.With(), Allowed: strings.Join(ticket.AttachmentExtensions, ", ")})
		case len(f.Content) == 0 || len(f.Content) > ticket.MaxAttachmentSize:
			wrong = append(wrong, ticket.FieldError{Field: at + "content_base64", Reason: refusal.FileSize.With(), Allowed: fmt.Sprintf("1 to %d bytes", ticket.MaxAttachmentSize)})
		default:
			var bad *badContent
			if f.MediaType, bad = inspect(ext, f.Content); bad != nil {
				wrong = append(wrong, ticket.FieldError{Field: at + "content_base64", Reason: bad.reason, Allowed: bad.allowed})
			}
		}
		checked = append(checked, f)
	}
	if wrong != nil {
		return nil, &ticket.InvalidError{Fields: wrong}
	}
	return checked, nil
}

// cleanName takes directories and invisible characters off a name: marks that turn the direction of text could make
// "exe.pdf" out of "fdp.exe".
func cleanName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name)
	return strings.TrimSpace(name)
}

// Describe is what the rules look at in checked files, before anything of them is stored: all but id and hash.
func Describe(files []FileUpload) (described []ticket.Attachment, names []string) {
	for _, f := range files {
		described = append(described, ticket.Attachment{MediaType: f.MediaType, Size: int64(len(f.Content))})
		names = append(names, f.Name)
	}
	return described, names
}

// Store seals checked files for a ticket, before the append that names them. It gives what the log keeps of them, and
// their names.
func Store(ctx context.Context, to *eventstore.Store, of ticket.ID, files []FileUpload) (kept []ticket.Attachment, names []string, err error) {
	kept, names = Describe(files)
	for n, f := range files {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, nil, fmt.Errorf("attachment id: %w", err)
		}
		blob, err := to.WriteBlob(ctx, string(of), id.String(), f.Content)
		if err != nil {
			return nil, nil, fmt.Errorf("store attachment of ticket %s: %w", of, err)
		}
		kept[n].ID, kept[n].SHA256 = ticket.ID(id.String()), blob.SHA256
	}
	return kept, names, nil
}
