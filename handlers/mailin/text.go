// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailin

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// Where what somebody wrote ends and what they answered to begins, in the mail programs that people here use.
var (
	quoteBegins = []*regexp.Regexp{
		regexp.MustCompile(`(?i)^(il|on|am|le)\b.{5,200}\b(ha scritto|wrote|schrieb|a écrit)\s*:?\s*$`),
		regexp.MustCompile(`(?i)^[-_ ]{2,}\s*(messaggio (originale|inoltrato)|original message|forwarded message)\s*[-_ ]*$`),
		regexp.MustCompile(`^[_-]{20,}$`),
	}
	headBegins = regexp.MustCompile(`(?i)^\*?(da|from|mittente)\*?:\s*\S`)
	headGoesOn = regexp.MustCompile(`(?i)^\*?(inviato|sent|data|date|a|to|oggetto|subject|cc)\*?:`)
	signatures = []*regexp.Regexp{
		regexp.MustCompile(`^--\s*$`),
		regexp.MustCompile(`(?i)^(inviato|sent|scritto) (da|dal|from) (mio |my )?(il mio )?(iphone|ipad|android|smartphone|cellulare|samsung|huawei|tiscali|libero|outlook|mail|yahoo)`),
		regexp.MustCompile(`(?i)^(ottieni|scarica|get) outlook`),
	}
)

// written is what the sender wrote: without what is quoted and without signatures. It holds no line that the mail does
// not hold.
func written(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	var kept []string
	for i, line := range lines {
		bare := strings.TrimSpace(strings.Map(visible, line))
		two := bare
		if i+1 < len(lines) { // programs break the line that introduces a quotation
			two += " " + strings.TrimSpace(strings.Map(visible, lines[i+1]))
		}
		if introduces(bare) || introduces(two) && !introduces(strings.TrimSpace(strings.TrimPrefix(two, bare))) || headed(bare, lines[i+1:]) || signs(bare) {
			break
		}
		if !strings.HasPrefix(bare, ">") {
			kept = append(kept, strings.TrimRightFunc(line, unicode.IsSpace))
		}
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

func introduces(line string) bool {
	return slices.ContainsFunc(quoteBegins, func(r *regexp.Regexp) bool { return r.MatchString(line) })
}

func signs(line string) bool {
	return slices.ContainsFunc(signatures, func(r *regexp.Regexp) bool { return r.MatchString(line) })
}

// headed tells whether the head of a quoted mail begins here: «Da: …» with «Inviato: …» soon after.
func headed(line string, next []string) bool {
	return headBegins.MatchString(line) && slices.ContainsFunc(next[:min(3, len(next))], func(l string) bool {
		return headGoesOn.MatchString(strings.TrimSpace(l))
	})
}

// visible drops what takes no room, like the marks that some programs put before a line.
func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// blocks are elements that begin a line of their own.
var blocks = map[string]bool{"br": true, "p": true, "div": true, "tr": true, "li": true, "h1": true, "h2": true, "h3": true}

// fromHTML is the text of a page, without what mail programs mark as quoted.
func fromHTML(page string) string {
	var b strings.Builder
	hidden := 0
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden == 0 {
				b.WriteString(strings.Join(strings.Fields(z.Token().Data), " "))
				b.WriteByte(' ')
			}
		case html.StartTagToken:
			t := z.Token()
			quoted := slices.ContainsFunc(t.Attr, func(a html.Attribute) bool {
				return a.Key == "class" && strings.Contains(a.Val, "gmail_quote") || a.Key == "id" && strings.HasPrefix(a.Val, "divRplyFwdMsg")
			})
			switch {
			case t.Data == "script" || t.Data == "style" || t.Data == "head" || t.Data == "blockquote" || quoted && t.Data == "blockquote":
				hidden++
			case quoted:
				return b.String() // all that follows is quoted
			case blocks[t.Data]:
				b.WriteByte('\n')
			}
		case html.EndTagToken:
			switch t := z.Token(); t.Data {
			case "script", "style", "head", "blockquote":
				hidden = max(0, hidden-1)
			case "p", "div", "tr", "li":
				b.WriteByte('\n')
			}
		case html.SelfClosingTagToken:
			if blocks[z.Token().Data] {
				b.WriteByte('\n')
			}
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

//go:embed data/courtesies.txt
var courtesyList string

// courtesies are phrases in small letters without punctuation, the longest first.
var courtesies = func() []string {
	var all []string
	for line := range strings.Lines(courtesyList) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}()

// courteous tells whether a text holds nothing but courtesies: it asks for nothing and answers nothing.
func courteous(text string) bool {
	words := strings.FieldsFunc(strings.ToLower(unaccented.Replace(text)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	rest := strings.Join(words, " ")
	if rest == "" {
		return false
	}
	for rest != "" {
		i := slices.IndexFunc(courtesies, func(c string) bool { return rest == c || strings.HasPrefix(rest, c+" ") })
		if i < 0 {
			return false
		}
		rest = strings.TrimSpace(strings.TrimPrefix(rest, courtesies[i]))
	}
	return true
}

var unaccented = strings.NewReplacer("à", "a", "è", "e", "é", "e", "ì", "i", "ò", "o", "ù", "u")
