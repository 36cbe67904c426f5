// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"strings"

	"github.com/sol-assistenza/sol/handlers/app/mailtext/mimepart"
)

// carriedIn returns the mail that a certified mail (PEC) carries, however its envelope declares it: as a mail, encoded, or as a file. nil
// if there is none.
func carriedIn(p *mimepart.Part, depth int) *Message {
	for _, child := range p.Children {
		if m := carriedIn(child, depth); m != nil {
			return m
		}
	}
	if p.Children != nil || depth >= maxCarried {
		return nil
	}
	if signed := signedTree(p); signed != nil {
		if m := carriedIn(signed, depth+1); m != nil {
			return m
		}
	}
	if p.Kind != "message/rfc822" && !strings.HasSuffix(strings.ToLower(fileName(p)), ".eml") {
		return nil
	}
	content, _ := p.Decoded()
	if m, err := readMessage(content, depth+1); err == nil {
		return m
	}
	return nil
}

// certificateIn returns the content of the part daticert.xml; nil if there is none. It does not look into mails that the part carries.
func certificateIn(p *mimepart.Part, depth int) []byte {
	for _, child := range p.Children {
		if found := certificateIn(child, depth); found != nil {
			return found
		}
	}
	if p.Children != nil || depth >= maxCarried {
		return nil
	}
	if signed := signedTree(p); signed != nil {
		return certificateIn(signed, depth+1)
	}
	if !strings.EqualFold(fileName(p), "daticert.xml") {
		return nil
	}
	content, _ := p.Decoded()
	return content
}

// readCarried returns the text of a mail within the mail, below a header that names it, and collects its files.
func (r *partReader) readCarried(name string, content []byte) []line {
	if r.depth >= maxCarried {
		r.leaveOut(name, "messaggio.eml", NestedDepth)
		return nil
	}
	inner, err := readMessage(content, r.depth+1)
	if err != nil {
		r.leaveOut(name, "messaggio.eml", Unreadable)
		return nil
	}
	r.message.Files = append(r.message.Files, inner.Files...)
	r.message.LeftOut = append(r.message.LeftOut, inner.LeftOut...)
	if len([]rune(inner.Visible())) > maxPartText {
		r.leaveOut(name, "messaggio.eml", TooLong)
		return nil
	}
	from := strings.TrimSpace(inner.SenderName + " <" + inner.SenderAddress + ">")
	head := []line{{text: "Messaggio allegato:"}}
	for _, f := range []struct{ label, value string }{
		{"Da", from}, {"Data", inner.header("Date")}, {"Oggetto", inner.Subject},
	} {
		if strings.Trim(f.value, "<> ") != "" {
			head = append(head, line{text: f.label + ": " + f.value})
		}
	}
	return verbatim(append(append(head, line{}), r.addSize(inner.lines, len(content))...), from)
}
