// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"net/url"
	"strconv"
	"strings"
)

// htmlSpace lists the characters that count as space between words of HTML text.
const htmlSpace = " \t\r\n\f\u00a0"

// addText appends words to the current line, separated by single spaces. Within pre, spaces and line ends stay.
func (r *htmlReader) addText(s string) {
	if r.top().pre {
		for n, part := range strings.Split(strings.ReplaceAll(s, "\r", ""), "\n") {
			if n > 0 {
				r.endLine()
			}
			if part != "" {
				r.write(part)
			}
		}
		return
	}
	fields := strings.Fields(s)
	r.space = r.space || s != strings.TrimLeft(s, htmlSpace)
	for _, word := range fields {
		if r.space && r.current.Len() > 0 && !r.cell {
			r.current.WriteByte(' ')
		}
		r.write(word)
		r.space = true
	}
	if len(fields) > 0 {
		r.space = s != strings.TrimRight(s, htmlSpace)
	}
}

// write appends text to the current line. The first text decides which marks the line has.
func (r *htmlReader) write(s string) {
	if r.current.Len() == 0 {
		if r.mark = r.top(); r.mark.indented && !r.mark.marked {
			r.current.WriteString("> ")
		}
		r.current.WriteString(r.bullet)
		r.bullet = ""
	} else if r.cell {
		r.current.WriteString(" | ")
	}
	r.cell = false
	r.current.WriteString(s)
	r.link.WriteString(s + " ")
}

// endLine ends the current line.
func (r *htmlReader) endLine() {
	l := line{text: strings.TrimRight(r.current.String(), htmlSpace)}
	if l.text != "" {
		l.marked, l.indented, l.attribution, l.begins = r.mark.marked, r.mark.indented, r.mark.attribution, r.begins
		r.begins = false
	} else if top := r.top(); top.marked {
		l.marked = true
	}
	r.lines = append(r.lines, l)
	r.current.Reset()
	r.space, r.cell = false, false
}

// startLine ends the current line if it is not empty.
func (r *htmlReader) startLine() {
	if r.current.Len() > 0 {
		r.endLine()
	}
	r.space = false
}

// startItem begins an item of a list.
func (r *htmlReader) startItem() {
	r.bullet = "- "
	for i := len(r.open) - 1; i >= 0; i-- {
		if list := &r.open[i]; list.name == "ol" || list.name == "ul" {
			if list.items++; list.ordered {
				r.bullet = strconv.Itoa(list.items) + ". "
			}
			return
		}
	}
}

// addTarget appends the target of a link to its text, unless the text is the target.
func (r *htmlReader) addTarget(e element) {
	target := e.target
	scheme, rest, _ := strings.Cut(target, ":")
	switch strings.ToLower(scheme) {
	case "http", "https", "ftp":
		rest = strings.TrimPrefix(rest, "//")
	case "mailto", "tel":
		rest, _, _ = strings.Cut(rest, "?")
		target = rest
	default: // an anchor within the mail, or a script
		return
	}
	shown := strings.ToLower(r.link.String())
	if plain, err := url.PathUnescape(rest); err == nil {
		rest = plain
	}
	if rest = strings.ToLower(strings.TrimSuffix(rest, "/")); rest == "" || strings.Contains(shown, rest) {
		return
	}
	r.space = false
	if r.current.Len() > 0 {
		r.current.WriteByte(' ')
	}
	r.write("<" + target + ">")
}
