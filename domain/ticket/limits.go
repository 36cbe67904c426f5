// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

// Bounds on what people write, in characters, and on what they attach (FAQ 2.2: 1 MB a file).
const (
	MaxNameLength = 100
	MaxTextLength = 20_000

	MaxAttachments    = 5
	MaxAttachmentSize = 1 << 20 // bytes
)

// AttachmentExtensions are the accepted ends of a file's name (FAQ 2.2); jpg is an alias of jpeg.
var AttachmentExtensions = []string{"pdf", "doc", "docx", "xls", "xlsx", "zip", "png", "gif", "jpeg", "jpg"}
