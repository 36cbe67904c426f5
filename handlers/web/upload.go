// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/attachment"
)

// uploadBody is how much of a form with files is read. It is far more than may be kept: whoever attaches photos straight
// from a telephone is told which of them are too large, and finds what they typed again.
const uploadBody = 64 << 20

const maxTyped = 256 << 10 // bytes of a form without its files

// errBroken is a form that did not arrive whole.
var errBroken = errors.New("the form did not arrive whole")

// upload reads a form with files: the fields are then in v.Form as of any other, the files named allegati are given back. A
// file that is too large is cut just after the size that attachment.Check refuses it for. A route that takes files allows
// uploadBody; the inputs for files stand last in their form, so that a body that is larger still leaves what was typed.
func (v *visit) upload() ([]attachment.File, error) {
	parts, err := v.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		return nil, v.ParseForm()
	}
	v.Form = v.URL.Query()
	var files []attachment.File
	for left := int64(maxTyped); err == nil; {
		var p *multipart.Part
		switch p, err = parts.NextPart(); {
		case errors.Is(err, io.EOF):
			return files, nil
		case err != nil:
		case p.FormName() == "allegati":
			files, err = another(files, p)
		default:
			var value []byte
			value, err = io.ReadAll(io.LimitReader(p, left+1))
			if left -= int64(len(value)); err == nil && left < 0 {
				err = &http.MaxBytesError{Limit: maxTyped}
			}
			v.Form.Add(p.FormName(), string(value))
		}
	}
	var tooLarge *http.MaxBytesError
	if !errors.As(err, &tooLarge) {
		err = fmt.Errorf("%w: %w", errBroken, err)
	}
	return files, err
}

// another reads one file more. Of those that are too many one is kept, for the refusal to count. An input that was left
// empty is no file.
func another(files []attachment.File, p *multipart.Part) ([]attachment.File, error) {
	content, err := io.ReadAll(io.LimitReader(p, ticket.MaxAttachmentSize+1))
	if err == nil && len(content) > ticket.MaxAttachmentSize {
		_, err = io.Copy(io.Discard, p)
	}
	if err != nil {
		return files, fmt.Errorf("attachment: %w", err)
	}
	if p.FileName() == "" && len(content) == 0 || len(files) > ticket.MaxAttachments {
		return files, nil
	}
	return append(files, attachment.File{Name: p.FileName(), Content: content}), nil
}
