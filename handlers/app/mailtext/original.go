// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"fmt"
	"strings"
)

// Original returns a mail as text for who may read it: header fields, the whole text with quotations, and the names of the files. Secrets of
// ours are masked.
func Original(raw []byte) string {
	m, err := Read(raw)
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, name := range []string{"From", "To", "Cc", "Date", "Subject", "Message-Id", "X-Mailer", "User-Agent"} {
		if v := m.header(name); v != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, decodeHeader(v))
		}
	}
	b.WriteString("\n" + m.Visible() + "\n")
	for _, f := range m.Files {
		fmt.Fprintf(&b, "\n[%s, %d byte]", f.Name, len(f.Content))
	}
	for _, l := range m.LeftOut {
		fmt.Fprintf(&b, "\n[%s]", l.Name)
	}
	return Mask(b.String())
}
