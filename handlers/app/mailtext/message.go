// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"strings"

	"github.com/sol-assistenza/sol/handlers/app/mailtext/mimepart"
)

// readMessage reads a mail that is carried by depth other mails.
func readMessage(raw []byte, depth int) (*Message, error) {
	m, root, err := readTree(raw)
	if err != nil {
		return nil, err
	}
	if m.header("X-Trasporto") != "" { // an envelope of certified mail, also of one with an anomaly
		if inner := carriedIn(root, depth); inner != nil {
			inner.Envelope = &Envelope{m.Header, certificateIn(root, depth)}
			return inner, nil
		}
	}
	r := partReader{message: m, depth: depth}
	m.lines = r.read(root, 0)
	if r.err == nil && len(m.Visible()) > maxVisible {
		r.err = ErrText
	}
	return m, r.err
}

// readTree reads the header and the tree of parts.
func readTree(raw []byte) (*Message, *mimepart.Part, error) {
	root, err := mimepart.Parse(raw)
	if err != nil {
		return nil, nil, err
	}
	m := &Message{Header: root.Header, kind: root.Kind, Raw: raw}
	m.MessageID = strings.Trim(m.header("Message-Id"), "<> ")
	m.Subject = firstRunes(mimepart.DecodeHeader(m.header("Subject")), maxSubject)
	m.SenderName, m.SenderAddress = sender(m.header("From"))
	return m, root, nil
}
