// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"bytes"
	"cmp"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/eventstore"
)

func TestMailsOfPrograms(t *testing.T) {
	w := newFixture(t)
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".eml")
		c, ok := mailCases[name]
		if !ok {
			t.Errorf("%s: got no expectation, want one", file)
			continue
		}
		t.Run(name, func(t *testing.T) { w.checkCase(t, file, c) })
	}
	if len(files) != len(mailCases) {
		t.Errorf("got %d files, want one for each of %d cases", len(files), len(mailCases))
	}
}

func (w *fixture) checkCase(t *testing.T, file string, c mailCase) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	id := w.open(cmp.Or(c.before, ticket.StatusNew))
	message := uuid.NewString()
	token := "t." + string(id) + "." + strings.Repeat("0123456789abcdef", 4)
	raw = []byte(strings.NewReplacer("{{reply}}", w.addresses.Reply(id), "{{return}}", w.addresses.Bounce(message), "{{message}}", message,
		"{{link}}", "https://assistenza.example.it/richieste/"+token, "{{token-encoded}}", url.QueryEscape(token)).Replace(string(raw)))
	to := w.addresses.Reply(id)
	if c.toReturn {
		to = w.addresses.Bounce(message)
	}
	w.mailed, w.bounced = id, nil
	_, _, before := w.last(id)
	err = w.mailFrom(strings.Trim(cmp.Or(c.sender, "prova@example.it"), "<>"), to, strings.ReplaceAll(string(raw), "\r\n", "\n"))
	last, state, after := w.last(id)
	if c.refused != "" {
		if err == nil || !strings.HasPrefix(err.Error(), c.refused) || after != before {
			t.Fatalf("got %v and %d new events, want %s", err, after-before, c.refused)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Contains(w.bounced, message); got != c.bounced || (c.toReturn || c.bounced) && c.kept == "" && after != before {
		t.Errorf("got failed delivery %t and %d new events, want %t", got, after-before, c.bounced)
	}
	if (c.toReturn || c.bounced) && c.kept == "" {
		return
	}
	var text *ticket.Text
	switch e := last.(type) {
	case ticket.CitizenReplied:
		text = e.Personal
		if c.flagged != (e.Kind == ticket.ReplyMessage) || c.kept != "" {
			t.Errorf("got a reply of kind %s, want flagged %t, kept %q", e.Kind, c.flagged, c.kept)
		}
		w.checkOriginal(t, id, e.Original, token)
	case ticket.Reopened:
		history, _ := w.dispatcher.History(t.Context(), id)
		text = history[len(history)-2].Event.(ticket.CitizenReplied).Personal
	case ticket.MailKept:
		text = e.Personal
		if e.Why != c.kept {
			t.Errorf("got a kept mail %s, want %q", e.Why, c.kept)
		}
		w.checkOriginal(t, id, e.Original, token)
	default:
		t.Fatalf("got last event %+v, want a reply", last)
	}
	c.checkText(t, text, token)
	if c.after != "" && state.Status != c.after {
		t.Errorf("got status %s, want %s", state.Status, c.after)
	}
}

// checkText compares the texts and the names of files.
func (c mailCase) checkText(t *testing.T, got *ticket.Text, token string) {
	t.Helper()
	if c.text != "" && got.Text != c.text {
		t.Errorf("got text %q, want %q", got.Text, c.text)
	}
	for _, part := range c.contains {
		if !strings.Contains(got.Text, part) {
			t.Errorf("got text %q, want one with %q", got.Text, part)
		}
	}
	for _, part := range c.lacks {
		if strings.Contains(got.Text, part) {
			t.Errorf("got text %q, want one without %q", got.Text, part)
		}
	}
	if !strings.Contains(got.Quoted, c.quoted) || c.nothingQuoted && got.Quoted != "" {
		t.Errorf("got quoted %q, want one with %q", got.Quoted, c.quoted)
	}
	if files := strings.Join(got.FileNames, " "); files != c.files && c.refused == "" {
		t.Errorf("got files %q, want %q", files, c.files)
	}
	var leftOut []string
	for _, l := range got.LeftOut {
		leftOut = append(leftOut, l.Name, string(l.Why))
	}
	if got := strings.Join(leftOut, " "); got != c.leftOut {
		t.Errorf("got left out %q, want %q", got, c.leftOut)
	}
	if secret := token[len(token)-64:]; strings.Contains(got.Text+got.Quoted+strings.Join(got.FileNames, " "), secret) {
		t.Errorf("got the personal link in %q, %q, want it masked", got.Text, got.Quoted)
	}
}

// checkOriginal checks that the original mail is kept.
func (w *fixture) checkOriginal(t *testing.T, id ticket.ID, original *ticket.Attachment, token string) {
	t.Helper()
	if original == nil || original.MediaType != receivedmail.OriginalMediaType {
		t.Fatalf("got original %+v, want the mail", original)
	}
	content, err := w.store.ReadBlob(t.Context(), eventstore.Reader{Everything: true}, string(id), string(original.ID))
	if err != nil || !bytes.Contains(content, []byte("\n")) {
		t.Errorf("got original %q, %v, want the mail", content, err)
	}
}
