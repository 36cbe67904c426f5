// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"path"
	"strings"
)

// AttachmentExtensions are the accepted file extensions (FAQ 2.2), in lower case. jpg is an alias of jpeg.
var AttachmentExtensions = []string{"pdf", "doc", "docx", "xls", "xlsx", "zip", "png", "gif", "jpeg", "jpg"}

// extensionAliases holds other extensions of accepted types: those that Windows and old programs give to JPEG pictures.
var extensionAliases = map[string]string{
	"jpg": "jpeg", "jfif": "jpeg", "jpe": "jpeg", "jif": "jpeg", "jfi": "jpeg", "pjpeg": "jpeg", "pjp": "jpeg",
}

// AttachmentExtension returns the extension of a file name in lower case; jpeg for each of its aliases, empty for a name without one.
func AttachmentExtension(name string) string {
	ext := strings.TrimPrefix(strings.ToLower(path.Ext(name)), ".")
	if main, ok := extensionAliases[ext]; ok {
		return main
	}
	return ext
}
