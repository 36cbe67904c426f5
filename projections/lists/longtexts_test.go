// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/readmodel"
)

// heaviestTexts returns texts that a citizen may write, with the given number of bytes in all. They consist of the words that take the most
// space in a tsvector: short, all different, in pairs with a hyphen.
func heaviestTexts(bytes int) (texts []string) {
	const letters, digits = "abcdefghijklmnopqrstuvwxyz", "0123456789"
	var words []string
	for _, a := range "ȺȾ" { // their lower case takes more bytes
		for _, b := range letters {
			words = append(words, string(a)+string(b), string(b)+string(a))
		}
	}
	for _, a := range letters {
		for _, b := range digits {
			words = append(words, string(a)+string(b))
			for _, c := range letters + digits {
				words = append(words, string(a)+string(b)+string(c))
			}
			for _, c := range letters {
				words = append(words, string(a)+string(c)+string(b))
			}
		}
	}
	const consonants = "bcdfghjklmnpqrstvwxz" // the stemmer cuts none of them as an ending
	for _, a := range consonants {
		for _, b := range consonants {
			for _, c := range consonants {
				words = append(words, string(a)+string(b)+string(c))
			}
		}
	}
	for r := 'а'; r <= 'ۓ'; r++ { // Cyrillic, Hebrew, Arabic: two bytes a letter
		if r <= 'я' || unicode.Is(unicode.Lo, r) && r >= 'א' {
			for _, a := range letters + digits {
				words = append(words, string(r)+string(a))
			}
			for _, a := range letters {
				words = append(words, string(a)+string(r))
			}
		}
	}
	for _, block := range [][2]rune{{'㐀', '䶴'}, {'一', '龥'}, {'가', '힣'}} {
		for r := block[0]; r <= block[1]; r++ {
			words = append(words, string(r))
		}
	}
	var text strings.Builder
	length := 0
	for i := 0; i+1 < len(words); i += 2 {
		pair := words[i] + "-" + words[i+1] + " "
		if bytes -= len(pair); bytes < 0 {
			break
		}
		if length += utf8.RuneCountInString(pair); length > 20_000 {
			texts = append(texts, text.String())
			text.Reset()
			length = utf8.RuneCountInString(pair)
		}
		text.WriteString(pair)
	}
	return append(texts, text.String())
}

// TestVeryLongTextsDoNotStopTheLists: Postgres refuses a tsvector of 1 MB, and with it the whole batch.
func TestVeryLongTextsDoNotStopTheLists(t *testing.T) {
	h := newFixture(t)
	id := h.OpenTicket(tickettest.Torino)
	for _, text := range heaviestTexts(299_900) {
		h.Do(id, person.Actor{ID: tickettest.CitizenID, Role: person.Citizen}, ticket.Reply{ID: tickettest.NewID(), Text: text})
	}
	h.OpenTicket(tickettest.Torino, func(o *ticket.Open) { o.Form.Description = "Un lampione" })
	stop := h.Run(h.Store)
	defer stop()
	for waiting := true; waiting; { // without a limit of time, as long as no batch fails
		list, err := h.Runner().List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		lists := list[slices.IndexFunc(list, func(s readmodel.Status) bool { return s.Name == Model.Name })]
		if waiting = lists.Lag > 0; lists.Failures > 0 {
			t.Fatalf("the lists fail: %s", lists.Error)
		}
	}
	for _, q := range []string{"lampione", "b1a"} {
		if got := h.countFound(tickettest.Operator, q); got != 1 {
			t.Errorf("%q finds %d tickets, want 1", q, got)
		}
	}
}
