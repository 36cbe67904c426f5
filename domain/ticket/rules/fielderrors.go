// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// fieldErrors gathers what is wrong with a command, so that one refusal names it all.
type fieldErrors []ticket.FieldError

func (w *fieldErrors) add(field string, reason refusal.Reason, allowed string) {
	*w = append(*w, ticket.FieldError{Field: field, Reason: reason, Allowed: allowed})
}

func (w *fieldErrors) err() error {
	if len(*w) == 0 {
		return nil
	}
	return &ticket.InvalidError{Fields: *w}
}

// addIdentifier adds the reason of an error from package person. Its functions return no other errors than *person.InvalidError.
func (w *fieldErrors) addIdentifier(field string, err error) {
	refused := &person.InvalidError{Reason: refusal.NotText.With()}
	_ = errors.As(err, &refused)
	w.add(field, refused.Reason, refused.Allowed)
}

func (w *fieldErrors) requireOneOf(field, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		w.add(field, refusal.NotOneOf.With(cutInput(value)), "one of "+strings.Join(allowed, ", "))
	}
}

// requireText wants something to read: not blank, not too long, valid UTF-8 without NUL.
func (w *fieldErrors) requireText(field, value string, most int) {
	allowed := fmt.Sprintf("1 to %d characters", most)
	switch {
	case strings.TrimSpace(value) == "":
		w.add(field, refusal.Required.With(), allowed)
	case utf8.RuneCountInString(value) > most:
		w.add(field, refusal.TooLong.With(), allowed)
	default:
		w.requireValidText(field, value)
	}
}

// requireValidText wants valid UTF-8 without NUL, if anything.
func (w *fieldErrors) requireValidText(field, value string) {
	if !person.IsValidText(value) {
		w.add(field, refusal.NotText.With(), "UTF-8 text")
	}
}

// checkAttachments checks what can be told without the content, which the door has looked into.
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
		if ext := strings.TrimPrefix(strings.ToLower(path.Ext(names[i])), "."); !slices.Contains(ticket.AttachmentExtensions, ext) {
			w.add(at+".name", refusal.FileType.With(), strings.Join(ticket.AttachmentExtensions, ", "))
		}
		if f.Size < 1 || f.Size > ticket.MaxAttachmentSize {
			w.add(at+".content_base64", refusal.FileSize.With(), "1 to 1048576 bytes")
		}
	}
}

// cutInput shortens a value that somebody typed to at most 40 characters for a message.
func cutInput(s string) string {
	if utf8.RuneCountInString(s) > 40 {
		s = string([]rune(s)[:40]) + "…"
	}
	return s
}

func fieldError(field string, reason refusal.Reason, allowed string) error {
	return &ticket.InvalidError{Fields: []ticket.FieldError{{Field: field, Reason: reason, Allowed: allowed}}}
}
