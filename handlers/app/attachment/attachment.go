// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package attachment checks uploaded files before they are stored. It accepts the types of FAQ 2.2 (pdf, doc, docx, xls, xlsx, zip, png,
// gif, jpeg), at most 1 MB each, with a content that matches the extension, and no archive or image that unpacks to too much.
package attachment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"

	"github.com/google/uuid"
)

// MaxName is the longest accepted file name, in characters.
const MaxName = 255

// FileUpload is an uploaded file: pdf, doc, docx, xls, xlsx, zip, png, gif or jpeg, at most 1 MB (FAQ 2.2). Check cleans its name and sets
// its media type.
type FileUpload struct {
	Name      string `json:"name" example:"referto.pdf"`
	Content   []byte `json:"content_base64"`
	MediaType string `json:"-"`
}

// Check validates the files of one form or note. It returns the files with clean names and media types, which may be stored. Error: one
// *ticket.InvalidError that names all invalid fields: "attachments[2].name", "attachments[2].content_base64" for the field attachments.
func Check(field string, files []FileUpload) ([]FileUpload, error) {
	var fields []ticket.FieldError
	if len(files) > ticket.MaxAttachments {
		fields = append(fields, ticket.FieldError{Field: field, Reason: refusal.TooManyFiles.With(), Allowed: fmt.Sprintf("at most %d", ticket.MaxAttachments)})
	}
	var checked []FileUpload
	for n, f := range files {
		at := fmt.Sprintf("%s[%d].", field, n)
		f.Name = cleanName(f.Name)
		ext := rules.AttachmentExtension(f.Name)
		switch {
		case f.Name == "" || utf8.RuneCountInString(f.Name) > MaxName:
			fields = append(fields, ticket.FieldError{Field: at + "name", Reason: refusal.FileNameLength.With(), Allowed: fmt.Sprintf("1 to %d characters", MaxName)})
		case !slices.Contains(rules.AttachmentExtensions, ext):
			fields = append(fields, ticket.FieldError{Field: at + "name", Reason: refusedType(ext), Allowed: strings.Join(rules.AttachmentExtensions, ", ")})
		case len(f.Content) == 0:
			fields = append(fields, ticket.FieldError{Field: at + "content_base64", Reason: refusal.FileEmpty.With(), Allowed: fmt.Sprintf("1 to %d bytes", ticket.MaxAttachmentSize)})
		case len(f.Content) > ticket.MaxAttachmentSize:
			fields = append(fields, ticket.FieldError{Field: at + "content_base64", Reason: refusal.FileSize.With(), Allowed: fmt.Sprintf("1 to %d bytes", ticket.MaxAttachmentSize)})
		default:
			var bad *badContent
			if f.MediaType, bad = inspect(ext, f.Content); bad != nil {
				fields = append(fields, ticket.FieldError{Field: at + "content_base64", Reason: bad.reason, Allowed: bad.allowed})
			}
		}
		checked = append(checked, f)
	}
	if fields != nil {
		return nil, &ticket.InvalidError{Fields: fields}
	}
	return checked, nil
}

// refusedType returns the reason why no file with the extension is accepted.
func refusedType(ext string) refusal.Reason {
	switch ext {
	case "":
		return refusal.FileWithoutExtension.With()
	case "heic", "heif", "hif":
		return refusal.FileHEIC.With()
	}
	return refusal.FileType.With()
}

// cleanName removes directories and invisible characters from a file name. Marks that reverse the direction of text could show "fdp.exe" as
// "exe.pdf".
func cleanName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name)
	return strings.TrimSpace(strings.TrimRight(name, ". \u00a0"))
}

// Describe returns what the rules need to know of checked files before the files are stored: attachments without id and hash, and names.
func Describe(files []FileUpload) (described []ticket.Attachment, names []string) {
	for _, f := range files {
		described = append(described, ticket.Attachment{MediaType: f.MediaType, Size: int64(len(f.Content))})
		names = append(names, f.Name)
	}
	return described, names
}

// Store seals and stores the checked files of a ticket, before the append of the event that names them. It returns the attachments for the
// event, with ids and hashes, and the file names.
func Store(ctx context.Context, store *eventstore.Store, ticketID ticket.ID, files []FileUpload) (
	stored []ticket.Attachment, names []string, err error,
) {
	stored, names = Describe(files)
	for n, f := range files {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, nil, fmt.Errorf("attachment id: %w", err)
		}
		blob, err := store.WriteBlob(ctx, string(ticketID), id.String(), f.Content)
		if err != nil {
			return nil, nil, fmt.Errorf("store attachment of ticket %s: %w", ticketID, err)
		}
		stored[n].ID, stored[n].SHA256 = ticket.ID(id.String()), blob.SHA256
	}
	return stored, names, nil
}
