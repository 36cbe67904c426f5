// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"fmt"
	"strings"

	"github.com/sol-assistenza/sol/handlers/app/mailtext/mimepart"
)

// headerFields holds the header fields that Original shows, with their names in Italian mail programs.
var headerFields = []struct{ name, label string }{
	{"From", "Da"}, {"To", "A"}, {"Cc", "Cc"}, {"Date", "Data"}, {"Subject", "Oggetto"},
	{"Message-Id", "Identificativo"}, {"X-Mailer", "Programma"}, {"User-Agent", "Programma"},
}

// Original returns a mail as text for who may read it: header fields, the whole text with quotations, and the names of the files. Secrets of
// ours are masked.
func Original(raw []byte) string {
	m, err := Read(raw)
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, f := range headerFields {
		if v := m.header(f.name); v != "" {
			fmt.Fprintf(&b, "%s: %s\n", f.label, mimepart.DecodeHeader(v))
		}
	}
	b.WriteString("\n" + m.Visible() + "\n")
	for _, f := range m.Files {
		fmt.Fprintf(&b, "\n[Allegato: %s, %d kB]", f.Name, max(1, len(f.Content)>>10))
	}
	for _, l := range m.LeftOut {
		fmt.Fprintf(&b, "\n[Allegato non accettato: %s]", l.Name)
	}
	return Mask(b.String())
}
