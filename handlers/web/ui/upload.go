// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
)

// MaxUploadBody is the maximum size of a form with files, in bytes. It is far more than attachments may have, so that somebody who
// sends photos straight from a telephone is told which of them are too large, and keeps what they typed.
const MaxUploadBody = 64 << 20

const (
	maxFormFields = 256 << 10 // bytes of a form without its files, names included
	partOverhead  = 64        // bytes that a part is taken for beside its name and value: what is empty is kept too
)

// errIncompleteForm refuses a form of which only a part arrived.
var errIncompleteForm = errors.New("the form did not arrive whole")

// ParseUpload reads a form with files: the fields are then in v.Form as of any other, the files named allegati are given back. A
// file that is too large is cut just after the size that attachment.Check refuses it for. A route that takes files allows
// uploadBody; the inputs for files stand last in their form, so that a body that is larger still leaves what was typed.
func (r *Request) ParseUpload() ([]attachment.FileUpload, error) {
	parts, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) { // it holds no files
		r.Body = http.MaxBytesReader(r.Writer, r.Body, maxFormFields)
		return nil, formError(r.ParseForm())
	}
	r.Form = r.URL.Query()
	var files []attachment.FileUpload
	for left := int64(maxFormFields); err == nil; {
		var p *multipart.Part
		if p, err = parts.NextPart(); err == nil {
			left -= partOverhead + int64(len(p.FormName())+len(p.FileName()))
		}
		switch {
		case errors.Is(err, io.EOF):
			return files, nil
		case err != nil:
		case left < 0:
			err = &http.MaxBytesError{Limit: maxFormFields}
		case p.FormName() == "allegati":
			files, err = appendFile(files, p)
		default:
			var value []byte
			value, err = io.ReadAll(io.LimitReader(p, left+1))
			if left -= int64(len(value)); err == nil && left < 0 {
				err = &http.MaxBytesError{Limit: maxFormFields}
			}
			r.Form.Add(p.FormName(), strings.ReplaceAll(string(value), "\r\n", "\n")) // browsers send lines as mail does
		}
	}
	return files, formError(err)
}

// formError returns the size error of a form that is too large, and errIncompleteForm for other errors.
func formError(err error) error {
	var tooLarge *http.MaxBytesError
	if err == nil || errors.As(err, &tooLarge) {
		return err
	}
	return fmt.Errorf("%w: %w", errIncompleteForm, err)
}

// IdempotencyBody is all that came with a form, to tell a form sent twice from another one under the same key.
func (r *Request) IdempotencyBody(files []attachment.FileUpload) []byte {
	body := []byte(r.Form.Encode())
	for _, f := range files {
		body = fmt.Appendf(body, "&%q=%x", f.Name, sha256.Sum256(f.Content))
	}
	return body
}

// appendFile reads one file more. Of those that are too many one is kept, for the refusal to count. An input that was left
// empty is no file.
func appendFile(files []attachment.FileUpload, p *multipart.Part) ([]attachment.FileUpload, error) {
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
	return append(files, attachment.FileUpload{Name: p.FileName(), Content: content}), nil
}
