// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"unicode/utf16"
)

// logAudit is the facility of the messages in RFC 5424, section 6.2.1.
const logAudit = 13

// severity is a severity of RFC 5424, section 6.2.1.
type severity int

const (
	warning severity = 4 // somebody should look
	normal  severity = 5
)

// maxSequenceID is the largest sequenceId of RFC 5424, section 7.3.1. After it comes 1.
const maxSequenceID = 1<<31 - 1

// syslogMessage returns an event as a message of RFC 5424: the kind as MSGID, the number as sequenceId, and the event as JSON. The text is ASCII, so
// it needs no mark of its encoding.
func syslogMessage(e Event, host string, pid int) (string, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`<%d>1 %s %s sol %d %s [meta sequenceId="%d"] %s`, logAudit*8+int(severityOf(e.Kind)),
		e.Time.UTC().Format("2006-01-02T15:04:05.999999Z"), host, pid, e.Kind, (e.Sequence-1)%maxSequenceID+1, escapeNonASCII(string(text))), nil
}

// escapeNonASCII writes the other characters of a JSON text in its notation.
func escapeNonASCII(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < 0x7f:
			b.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
	}
	return b.String()
}

// hostname returns the HOSTNAME of messages; "-" if the machine has none that the format allows.
func hostname() string {
	name, err := os.Hostname()
	if err != nil || name == "" || len(name) > 255 || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return "-"
	}
	return name
}
