// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// fieldErrors collects the wrong fields of a command, so that one refusal names all of them.
type fieldErrors []ticket.FieldError

// add adds the error of a field.
func (w *fieldErrors) add(field string, reason refusal.Reason, allowed string) {
	*w = append(*w, ticket.FieldError{Field: field, Reason: reason, Allowed: allowed})
}

// err returns *ticket.InvalidError with the fields; nil if there are none.
func (w *fieldErrors) err() error {
	if len(*w) == 0 {
		return nil
	}
	return &ticket.InvalidError{Fields: *w}
}

// addIdentifier adds the reason of an error of package person, whose functions return *person.InvalidError only.
func (w *fieldErrors) addIdentifier(field string, err error) {
	refused := &person.InvalidError{Reason: refusal.NotText.With()}
	_ = errors.As(err, &refused)
	w.add(field, refused.Reason, refused.Allowed)
}

// requireOneOf requires one of the allowed values.
func (w *fieldErrors) requireOneOf(field, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		w.add(field, refusal.NotOneOf.With(cutInput(value)), "one of "+strings.Join(allowed, ", "))
	}
}

// requireText requires a text that is not blank, has at most maxLength characters, and is valid UTF-8 without NUL.
func (w *fieldErrors) requireText(field, value string, maxLength int) {
	allowed := fmt.Sprintf("1 to %d characters", maxLength)
	switch {
	case strings.TrimSpace(value) == "":
		w.add(field, refusal.Required.With(), allowed)
	case utf8.RuneCountInString(value) > maxLength:
		w.add(field, refusal.TooLong.With(), allowed)
	default:
		w.requireValidText(field, value)
	}
}

// requireValidText requires valid UTF-8 without NUL, or nothing.
func (w *fieldErrors) requireValidText(field, value string) {
	if !person.IsValidText(value) {
		w.add(field, refusal.NotText.With(), "UTF-8 text")
	}
}

// checkAttachments checks the number, names and sizes of attachments. The application service checks their content.
func (w *fieldErrors) checkAttachments(field string, files []ticket.Attachment, names []string) {
	if len(files) > ticket.MaxAttachments {
		w.add(field, refusal.TooManyFiles.With(), fmt.Sprintf("at most %d", ticket.MaxAttachments))
	}
	if len(files) != len(names) {
		w.add(field, refusal.FileWithoutName.With(), "as many names as files")
		return
	}
	for i, f := range files {
		at := field + "[" + strconv.Itoa(i) + "]"
		w.requireValidText(at+".name", names[i])
		if !slices.Contains(AttachmentExtensions, AttachmentExtension(names[i])) {
			w.add(at+".name", refusal.FileType.With(), strings.Join(AttachmentExtensions, ", "))
		}
		if f.Size < 1 || f.Size > ticket.MaxAttachmentSize {
			w.add(at+".content_base64", refusal.FileSize.With(), "1 to 1048576 bytes")
		}
	}
}

// cutInput returns at most 40 characters of a typed value, for a message.
func cutInput(s string) string {
	if utf8.RuneCountInString(s) > 40 {
		s = string([]rune(s)[:40]) + "…"
	}
	return s
}
