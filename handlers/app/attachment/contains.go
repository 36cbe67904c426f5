// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

// What a file may contain beside what it shows. People who see the file are told; nothing of it runs on the pages, and such a file is not
// previewed. The values are stored names: ticket.Attachment.Contains has them, ticketview their Italian words.
const (
	containsJavaScript = "javascript"
	containsLaunch     = "launch"         // starts a program
	containsFiles      = "embedded-files" // holds other files
	containsMedia      = "rich-media"
	containsEncryption = "encrypted" // a PDF with a password, or with restrictions alone: both look the same
	containsTemplate   = "external-template"
	containsUnread     = "unread" // a part that cannot be looked into
)
