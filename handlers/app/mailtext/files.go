// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"regexp"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"github.com/sol-assistenza/sol/handlers/app/mailtext/mimepart"
)

// extensions holds the extension for each media type that a file without an extension may have.
var extensions = map[string]string{
	"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "image/pjpeg": ".jpg", "image/jpg": ".jpg", "image/x-png": ".png", "image/gif": ".gif", "image/heic": ".heic", "image/webp": ".webp",
	"application/msword": ".doc", "application/vnd.ms-excel": ".xls", "application/zip": ".zip", "text/html": ".html",
	"text/calendar": ".ics", "text/vcard": ".vcf", "text/x-vcard": ".vcf",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       ".xlsx",
}

// fileName returns the name of the file in a part; "" if it has none.
func fileName(p *mimepart.Part) string {
	_, disposition := mimepart.ParseMediaType(p.Header.Get("Content-Disposition"))
	for _, name := range []string{disposition["filename"], p.Params["name"]} {
		if name = strings.TrimSpace(decodeFileName(name)); name != "" {
			return name
		}
	}
	return ""
}

// betweenWords matches what separates two encoded words.
var betweenWords = regexp.MustCompile(`\?=\s*=\?(?i:utf-8)\?(?i:q)\?`)

// decodeFileName decodes a file name with encoded words, also with a character that is split between two words.
func decodeFileName(name string) string {
	if strings.Contains(name, "=?") {
		name = betweenWords.ReplaceAllString(name, "")
	}
	decoded := mimepart.DecodeHeader(name)
	if strings.HasPrefix(decoded, "=?") && strings.HasSuffix(decoded, "?=") { // an encoded word without content, or broken
		return ""
	}
	return Mask(decoded)
}

// extension matches the extension of a file name.
var extension = regexp.MustCompile(`\.[A-Za-z0-9]{0,4}[A-Za-z][A-Za-z0-9]{0,4}$`)

// withExtension returns the name of a file. A name without an extension gets that of the content, or of the declared type.
func withExtension(name, kind string, content []byte) string {
	if name != "" && extension.MatchString(name) {
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
