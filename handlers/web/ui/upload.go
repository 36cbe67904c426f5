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

// MaxUploadBody is the maximum size of a form with files, in bytes. It is far more than attachments may have, so that a person who
// sends photos from a telephone gets an error that names the files that are too large, and keeps the text of the form.
const MaxUploadBody = 64 << 20

const (
	maxFormFields = 256 << 10 // maximum size of a form without its files, names included, in bytes
	partOverhead  = 64        // bytes that each part counts beside its name and value, because empty parts use memory too
)

// errIncompleteForm refuses a form that arrived in part or cannot be parsed.
var errIncompleteForm = errors.New("the form did not arrive whole")

// ParseUpload reads a form with or without files. It puts the fields into r.Form and returns the files named allegati. A file that is
// too large is cut one byte above the maximum size, so that attachment.Check refuses it. The route must have MaxBody: MaxUploadBody.
// The form must have its file inputs last: then the fields are read although the body is too large.
// Errors: *http.MaxBytesError for a form that is too large, errIncompleteForm otherwise.
func (r *Request) ParseUpload() ([]attachment.FileUpload, error) {
	parts, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) { // the form has no files
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
			r.Form.Add(p.FormName(), strings.ReplaceAll(string(value), "\r\n", "\n")) // browsers end lines with CR LF
		}
	}
	return files, formError(err)
}

// formError returns an *http.MaxBytesError as it is and wraps every other error in errIncompleteForm.
func formError(err error) error {
	var tooLarge *http.MaxBytesError
	if err == nil || errors.As(err, &tooLarge) {
		return err
	}
	return fmt.Errorf("%w: %w", errIncompleteForm, err)
}

// IdempotencyBody returns the form's fields and the hashes of its files. A form with the same key and another body is not a repetition.
func (r *Request) IdempotencyBody(files []attachment.FileUpload) []byte {
	body := []byte(r.Form.Encode())
	for _, f := range files {
		body = fmt.Appendf(body, "&%q=%x", f.Name, sha256.Sum256(f.Content))
	}
	return body
}

// appendFile reads a file and appends it to files. It keeps at most one file above ticket.MaxAttachments, which is enough for the
// refusal. An input without a file sends a part without name and content, which appendFile ignores.
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
