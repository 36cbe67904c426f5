// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/handlers/app/mailtext"
)

// Each kind of refusal has a reason of its own, and the SMTP answer names each file, the reason and what to do, in ASCII and short lines.
func TestFilesOfAMailAreLeftOutByReason(t *testing.T) {
	var n note
	large := append([]byte("%PDF-1.4 "), make([]byte, ticket.MaxAttachmentSize)...)
	var want []string
	for _, c := range []struct {
		name, content string
		why           receivedmail.LeftOutReason
		advice        string
	}{
		{"referto.pdf.p7m", "x", receivedmail.LeftOutType, "lo invii come PDF o immagine, oppure in un archivio zip"},
		{"IMG_1.HEIC", "x", receivedmail.LeftOutHEIC, "come JPEG"},
		{"fattura.exe.pdf", "%PDF-1.4", receivedmail.LeftOutName, "rinomini il file"},
		{"a.pdf", string(large), receivedmail.LeftOutSize, "lo riduca"},
		{"perché " + strings.Repeat("😀", 200) + ".pdf", "", receivedmail.LeftOutEmpty, "lo invii di nuovo"},
		{"b.pdf", "ciao", receivedmail.LeftOutContent, "nel formato giusto"},
		{"c.png", "\x89PNG\r\n\x1a\n", receivedmail.LeftOutImage, "la scatti di nuovo"},
		{"d.zip", "PK\x03\x04", receivedmail.LeftOutDamaged, "lo crei o lo salvi di nuovo"},
	} {
		n.addFile(mailtext.File{Name: c.name, Content: []byte(c.content)})
		got := n.content.LeftOut[len(n.content.LeftOut)-1]
		if got.Why != c.why || got.Name != c.name {
			t.Errorf("%s: got %+v, want %q", c.name, got, c.why)
		}
		if len(want) < maxShownFiles {
			want = append(want, c.advice)
		}
		answer := refuseFiles([]receivedmail.LeftOutFile{got}).Error()
		if !strings.Contains(answer, c.advice) {
			t.Errorf("%s: got %q, want %q", c.name, answer, c.advice)
		}
	}
	answer := refuseFiles(n.content.LeftOut).Error()
	for _, advice := range append(want, "altri 3 file") {
		if !strings.Contains(answer, advice) {
			t.Errorf("got %q, want %q", answer, advice)
		}
	}
	for _, line := range strings.Split(refuseFilesText(n), "\n") {
		if len(line) > 500 || strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
			t.Errorf("got the line %q, want short ASCII", line)
		}
	}
}

func refuseFilesText(n note) string {
	return strings.ReplaceAll(strings.ReplaceAll(refuseFiles(n.content.LeftOut).Error(), `\n`, "\n"), `\"`, `"`)
}
