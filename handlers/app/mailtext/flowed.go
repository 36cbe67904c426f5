// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"regexp"
	"strings"
)

// joinFlowed joins the lines of a text in the form "flowed" (RFC 3676), in which a line that ends with a space goes on in the next line of the
// same quotation. If deleteSpace is true, the space is not part of the text.
func joinFlowed(text string, deleteSpace bool) string {
	var b []byte
	open := -1 // number of quotation marks of the line that goes on; -1: none does
	for l := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		content := strings.TrimLeft(l, ">")
		depth := len(l) - len(content)
		stuffed := strings.TrimPrefix(content, " ")
		isMark := stuffed == "-- "
		switch {
		case open == depth && !isMark:
			b = append(b, stuffed...)
		default:
			if depth == 0 {
				content = stuffed
			}
			b = append(append(append(b, '\n'), l[:depth]...), content...)
		}
		if open = -1; strings.HasSuffix(stuffed, " ") && !isMark {
			open = depth
			if deleteSpace {
				b = b[:len(b)-1]
			}
		}
	}
	return strings.TrimPrefix(string(b), "\n")
}

var (
	enrichedParam = regexp.MustCompile(`(?is)<param>.{0,200}?</param>`)
	enrichedTag   = regexp.MustCompile(`</?[A-Za-z][A-Za-z0-9-]{0,59}>`)
)

// plainOfEnriched returns the text of text/enriched (RFC 1896) without its formatting.
func plainOfEnriched(text string) string {
	text = enrichedTag.ReplaceAllString(enrichedParam.ReplaceAllString(text, ""), "")
	return strings.ReplaceAll(text, "<<", "<")
}
