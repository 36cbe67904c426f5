// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"path"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// extensions holds the extension for each media type that a file without an extension may have.
var extensions = map[string]string{
	"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "image/pjpeg": ".jpg", "image/jpg": ".jpg", "image/x-png": ".png", "image/gif": ".gif", "image/heic": ".heic", "image/webp": ".webp",
	"application/msword": ".doc", "application/vnd.ms-excel": ".xls", "application/zip": ".zip", "text/html": ".html",
	"text/calendar": ".ics", "text/vcard": ".vcf", "text/x-vcard": ".vcf",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       ".xlsx",
}

// withExtension returns the name of a file. A name without an extension gets that of the content, or of the declared type.
func withExtension(name, kind string, content []byte) string {
	if name != "" && path.Ext(name) != "" {
		return name
	}
	if name == "" {
		name = "allegato"
	}
	for found := mimetype.Detect(content); found != nil; found = found.Parent() {
		if ext := extensions[found.String()]; ext != "" {
			return name + ext
		}
	}
	return name + extensions[strings.ToLower(kind)]
}
