// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

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
}
