// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

// Limits of names and texts, in characters, and of attachments (FAQ 2.2: 1 MB per file).
const (
	MaxNameLength = 100
	MaxTextLength = 20_000

	MaxAttachments    = 5       // per form, note or reply
	MaxAttachmentSize = 1 << 20 // bytes
)
