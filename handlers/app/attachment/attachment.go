// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package attachment checks uploaded files before they are stored. It accepts the types of FAQ 2.2 (pdf, doc, docx, xls, xlsx, zip, png,
// gif, jpeg), at most 1 MB each, with a content that matches the extension, and no archive or image that unpacks to too much.
package attachment

import (
	"cmp"
	"context"
	"fmt"

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
	Name      string   `json:"name" example:"referto.pdf"`
	Content   []byte   `json:"content_base64"`
	MediaType string   `json:"-"`
	Contains  []string `json:"-"` // of ticket.Attachment
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
		typed := f.Name
		f.Name = cleanName(typed)
		ext := rules.AttachmentExtension(f.Name)
		wrong, bad := checkName(typed, f.Name)
		switch {
		case bad:
			wrong.Field = at + "name"
		case len(f.Content) == 0:
			wrong, bad = ticket.FieldError{Reason: refusal.FileEmpty.With(), Allowed: fmt.Sprintf("1 to %d bytes", ticket.MaxAttachmentSize)}, true
		case len(f.Content) > ticket.MaxAttachmentSize:
			wrong, bad = ticket.FieldError{Reason: refusal.FileSize.With(), Allowed: fmt.Sprintf("1 to %d bytes", ticket.MaxAttachmentSize)}, true
		default:
			var refused *badContent
			if f.MediaType, f.Contains, refused = inspect(f.Name, ext, f.Content); refused != nil {
				wrong, bad = ticket.FieldError{Reason: refused.reason, Allowed: refused.allowed}, true
			}
		}
		if bad {
			wrong.Field = cmp.Or(wrong.Field, at+"content_base64")
			fields = append(fields, wrong)
		}
		checked = append(checked, f)
	}
	if fields != nil {
		return nil, &ticket.InvalidError{Fields: fields}
	}
	return checked, nil
}

// Describe returns what the rules need to know of checked files before the files are stored: attachments without id and hash, and names.
func Describe(files []FileUpload) (described []ticket.Attachment, names []string) {
	for _, f := range files {
		described = append(described, ticket.Attachment{MediaType: f.MediaType, Size: int64(len(f.Content)), Contains: f.Contains})
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
