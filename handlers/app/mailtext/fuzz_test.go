// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/handlers/app/mailtext"
)

// FuzzRead reads any bytes: the result is an error, or a mail of which each visible line is in the text or in the quoted part, whole and once.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("../../inbound/testdata/*.eml")
	if err != nil || len(files) == 0 {
		f.Fatalf("got %d seeds, %v, want the mails of package inbound", len(files), err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if len(raw) > 8<<10 {
			continue // long seeds make each run slow
		}
		f.Add(raw)
		f.Add([]byte(strings.ReplaceAll(string(raw), "\n", "\r\n")))
	}
	for _, raw := range []string{"Content-Type: multipart/mixed; boundary=\n\n--\n", "Content-Transfer-Encoding: base64\n\n%%%", ":\n\n", "", "\n-- \n"} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := mailtext.Read(raw)
		if err != nil {
			return
		}
		checkNothingLost(t, m)
		m.Automatic("prova@example.it")
		m.Delivery("")
		mailtext.Original(raw)
	})
}

// checkNothingLost checks that the text and the quoted part together have the lines of the mail.
func checkNothingLost(t interface {
	Helper()
	Fatalf(string, ...any)
}, m *mailtext.Message,
) {
	t.Helper()
	text, quoted, _ := m.Split(sent)
	left := map[string]int{}
	for line := range strings.SplitSeq(text+"\n"+quoted, "\n") {
		left[line]++
	}
	for line := range strings.SplitSeq(m.Visible(), "\n") {
		if left[line]--; left[line] < 0 && strings.TrimFunc(line, unicode.IsSpace) != "" {
			t.Fatalf("got text %q and quoted %q, want them with the line %q", text, quoted, line)
		}
	}
}

// What a person types into a plain mail is in the text or in the quoted part, in whatever way it is encoded.
func TestTypedLinesAreNotLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.SliceOfN(rapid.OneOf(
			rapid.StringMatching(`[A-Za-zàèìòù0-9,.:;!?' <>=/-]{1,60}`),
			rapid.SampledFrom([]string{
				"> ", "> in che data?", "Il giorno 23 nov 2026 alle ore 10:12 SOL Assistenza <a@assistenza.example.it>", "ha scritto:", "________________", "-- ", "--",
				"Da: a@example.it", "Da: SOL Assistenza <a@assistenza.example.it>", "Inviato: lunedì", "Oggetto: b", "-----Messaggio originale-----",
				"---------- Forwarded message ---------", "Gentile cittadina, gentile cittadino,", "In che data era l’esame?", "Inviato da iPhone",
			})), 1, 20).Draw(t, "lines")
		body := strings.Join(typed, "\r\n")
		raw := map[string]string{
			"plain":            "Content-Type: text/plain; charset=utf-8\r\n\r\n" + body,
			"base64":           "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64Lines(body),
			"quoted-printable": "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.ReplaceAll(body, "=", "=3D"),
			"part":             "Content-Type: multipart/alternative; boundary=limite\r\n\r\n--limite\r\n\r\n" + body + "\r\n--limite--\r\n",
		}[rapid.SampledFrom([]string{"plain", "base64", "quoted-printable", "part"}).Draw(t, "way")]
		m, err := mailtext.Read([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		checkNothingLost(t, m)
		text, quoted, _ := m.Split(sent)
		for _, line := range typed {
			if line = strings.TrimRight(line, " "); strings.TrimSpace(line) != "" && !strings.Contains(text+"\n"+quoted, line) {
				t.Fatalf("got text %q and quoted %q, want them with the line %q", text, quoted, line)
			}
		}
	})
}
