// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"cmp"
	"strings"
)

// FileState says why a file is not served. It is a stored name.
type FileState string

// The states of a file.
const (
	FileOpen        FileState = ""            // it is served
	FileWaiting     FileState = "waiting"     // the scanner has not looked at it yet
	FileInfected    FileState = "infected"    // the scanner found malicious software
	FileUnscannable FileState = "unscannable" // the scanner could not look into all of it
	FileDamaged     FileState = "damaged"     // an image that cannot be drawn; a ticket does not show it, reading the file does
)

// FileChecks is what the checks of a file found.
type FileChecks struct {
	State     FileState `json:"state,omitempty" enum:"waiting,infected,unscannable" doc:"Why the file is not served: the virus scanner has not looked at it yet, found malicious software, or cannot look into it. Absent for a file that is served"`
	Signature string    `json:"signature,omitempty" doc:"The virus scanner's name of what it found"`
	Contains  string    `json:"contains,omitempty" doc:"What the file may do beside showing its content, in Italian words: JavaScript, files in it, a password, …"`
}

// containedWords holds the Italian words for what a file may contain (ticket.Attachment.Contains).
var containedWords = map[string]string{
	"javascript": "JavaScript", "launch": "comandi che avviano programmi", "embedded-files": "altri file", "rich-media": "contenuti multimediali",
	"encrypted": "una password o restrizioni", "external-template": "un modello preso da un altro sito", "unread": "parti che non si possono controllare",
}

// containedText returns what a file contains, as words with commas; a name of a newer release as it is.
func containedText(names []string) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = cmp.Or(containedWords[n], n)
	}
	return strings.Join(words, ", ")
}
