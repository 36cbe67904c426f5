// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package searchterms

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Query is a parsed search. All its terms must be found, each in any of the ways in which it can be meant.
type Query struct {
	Terms []Term `json:"terms"`
	Not   []Node `json:"not,omitempty"`
}

// Term is one part of a search. Any matches it in any way, Words in texts alone. A term that is a stop word («dalla») matches a name, or
// nothing at all beside other terms: the database decides, which knows the stop words.
type Term struct {
	Any   Node  `json:"any"`
	Words *Node `json:"words,omitempty"`
	about personal
}

// Node is a part of a query in the form in which the database reads it. One of its fields is set.
type Node struct {
	And    []Node `json:"and,omitempty"`
	Or     []Node `json:"or,omitempty"`
	Key    string `json:"key,omitempty"`  // a lexeme
	Word   string `json:"word,omitempty"` // one word; Typed is what was typed, with its accents
	Typed  string `json:"typed,omitempty"`
	Phrase string `json:"phrase,omitempty"`
	Prefix bool   `json:"prefix,omitempty"` // the key or word may go on
}

// IsEmpty reports whether the query looks for nothing.
func (q Query) IsEmpty() bool { return len(q.Terms) == 0 }

// JSON returns the query for the database.
func (q Query) JSON() string {
	text, err := json.Marshal(q)
	if err != nil {
		panic("encode query: " + err.Error())
	}
	return string(text)
}

// maxTerms is the largest number of terms of a search; further ones are left out.
const maxTerms = 12

var (
	// numberPattern matches a ticket number with its year, as «2026-0000123», «n. 2026-123» or «#2026/0000123».
	numberPattern = regexp.MustCompile(`(?i)(?:^|\s)(?:` + numberMark + `)?((?:19|20)\d\d) ?[-/] ?(\d{1,19})(?:\s|$)`)
	// shortNumberPattern matches a ticket number without its year after a mark, as «n. 123».
	shortNumberPattern = regexp.MustCompile(`(?i)(?:^|\s)(?:` + numberMark + `)(\d{1,19})(?:\s|$)`)
	// digitsPattern matches digits as people write telephone numbers and payment identifiers.
	digitsPattern = regexp.MustCompile(`(?:^|\s)([+(]{0,2}\d[\d ()./+-]*\d)(?:\s|$)`)
	phrasePattern = regexp.MustCompile(`(^|\s)(-?)"([^"]*)"?`)
)

const numberMark = `n[.°º]? ?|nr\.? ?|num\.? ?|numero |richiesta |# ?`

// Parse reads what was typed. Hashes returns the keyed hashes of a value with every version of the key.
func Parse(typed string, hashes func(value string) []string) Query {
	p := parser{hashes: hashes}
	rest := " " + clean(typed) + " "
	if code := compact(rest); len(strings.Fields(rest)) > 1 && isTypedInGroups(code) {
		p.add(Term{Any: p.hashed(taxCodeValue + code), about: personal{values: []string{taxCodeValue + code}}})
		return p.query
	}
	rest = p.phrases(rest)
	rest = p.extract(rest, numberPattern, p.number)
	rest = p.extract(rest, shortNumberPattern, p.shortNumber)
	rest = p.extract(rest, digitsPattern, p.digits)
	fields := strings.Fields(rest)
	for i, field := range fields {
		if word, negative := strings.CutPrefix(field, "-"); negative && word != "" {
			p.query.Not = append(p.query.Not, p.words(word, false))
			continue
		}
		p.term(field, i == len(fields)-1 && strings.HasSuffix(strings.TrimRight(clean(typed), " "), field))
	}
	return p.query
}

// clean returns a text without invisible characters and with one kind of space, hyphen and apostrophe each, without the extension of a
// telephone number and what stands before it in a link.
func clean(typed string) string {
	text := norm.NFKC.String(strings.ReplaceAll(strings.ToValidUTF8(typed, " "), "º", "°"))
	return linkPattern.ReplaceAllString(extensionPattern.ReplaceAllString(oneKind(text), "$1"), "$1")
}

var (
	linkPattern      = regexp.MustCompile(`(?i)(^|\s)(?:tel|mailto):`)
	extensionPattern = regexp.MustCompile(`(?i)(\d)(?: ?;ext=| +(?:int|interno|ext)\.? *)\d{1,6}\b`)
)

func oneKind(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r), r == 0:
			return -1
		case unicode.Is(unicode.Pd, r), r == '−':
			return '-'
		case strings.ContainsRune("’‘‛ʼʹ´`′＇", r):
			return '\''
		case strings.ContainsRune("“”„«»", r):
			return '"'
		default:
			return r
		}
	}, text)
}

type parser struct {
	query  Query
	hashes func(value string) []string
}

func (p *parser) add(t Term) {
	if len(p.query.Terms) < maxTerms {
		p.query.Terms = append(p.query.Terms, t)
	}
}

// extract takes what the pattern matches out of a text, one match after the other.
func (p *parser) extract(text string, pattern *regexp.Regexp, take func(match []string) bool) string {
	for at := 0; at < len(text); {
		found := pattern.FindStringSubmatchIndex(text[at:])
		if found == nil {
			break
		}
		match := make([]string, len(found)/2)
		for i := range match {
			match[i] = text[at+found[2*i] : at+found[2*i+1]]
		}
		if !take(match) {
			at += found[1] - 1
			continue
		}
		text = text[:at+found[0]] + "  " + text[at+found[1]:]
	}
	return text
}

// phrases takes quoted phrases out of a text.
func (p *parser) phrases(text string) string {
	return p.extract(text, phrasePattern, func(m []string) bool {
		words := Words(m[3])
		if words == "" {
			return true
		}
		phrase := Node{Phrase: words}
		if m[2] == "-" {
			p.query.Not = append(p.query.Not, phrase)
			return true
		}
		p.add(Term{Any: Node{Or: []Node{phrase, p.names(m[3])}}, about: personal{name: m[3]}})
		return true
	})
}

func (p *parser) number(m []string) bool {
	year, digits := m[1], m[2]
	ways := []Node{{Key: numberKind + year + "-" + digits, Prefix: true}}
	if len(digits) < 7 {
		ways = append(ways, Node{Key: numberKind + year + "-" + strings.Repeat("0", 7-len(digits)) + digits})
	}
	p.add(Term{Any: Node{Or: append(ways, p.digitNodes(year+digits)...)}})
	return true
}

func (p *parser) shortNumber(m []string) bool {
	ways := []Node{{Key: numberKind + "=" + strings.TrimLeft(m[1], "0")}}
	if len(m[1]) >= minNumber {
		ways = append(ways, Node{Key: numberKind + m[1]})
	}
	p.add(Term{Any: Node{Or: ways}})
	return true
}

// digits adds a term for digits that may be a telephone number, a payment identifier, the end of a ticket number, or words of a text. Several
// groups of digits are one of the first two, or each a term.
func (p *parser) digits(m []string) bool {
	typed := strings.TrimSpace(m[1])
	all := p.digitNodes(typed)
	var words, each []Node
	groups := split(typed)
	for _, group := range groups {
		word := Node{Word: group, Typed: group, Prefix: len(groups) == 1 && len(group) >= minPrefix}
		words = append(words, word)
		one := []Node{word}
		if len(groups) > 1 {
			one = append(one, p.digitNodes(group)...)
		}
		each = append(each, Node{Or: one})
	}
	t := Term{Any: Node{Or: append(all, Node{And: each})}, Words: &Node{And: words}}
	if number := national(typed); len(number) >= minPhone {
		t.about.values = []string{phoneValue + number}
	}
	p.add(t)
	return true
}

// digitNodes returns the ways in which digits can be meant, words apart.
func (p *parser) digitNodes(typed string) (all []Node) {
	number := digitsOf(typed)
	if len(number) >= minNumber && len(number) == len(strings.TrimSpace(typed)) {
		all = append(all, Node{Key: numberKind + number})
	}
	phones := []string{national(typed)}
	if rest, ok := strings.CutPrefix(number, "39"); ok && len(rest) >= 9 {
		phones = append(phones, rest)
	}
	for _, phone := range phones {
		if len(phone) >= minPhone && len(phone) <= 20 {
			all = append(all, p.hashed(phoneStart+phone), p.hashed(phoneEnd+phone))
		}
	}
	return append(all, p.payment(number)...)
}

// payment returns the nodes of a payment identifier.
func (p *parser) payment(code string) (all []Node) {
	if len(code) < 3 {
		return nil
	}
	for _, c := range paymentForms(code) {
		all = append(all, p.hashed(paymentWhole+truncate(c, 40)))
	}
	if len(code) >= minPayment && len(code) <= maxPayment {
		all = append(all, p.hashed(paymentStart+code))
	}
	return all
}

// term adds a term for what was typed between two spaces.
func (p *parser) term(typed string, last bool) {
	words := p.words(typed, last)
	ways := []Node{words, p.names(typed)}
	t := Term{Words: &words, about: personal{name: typed}}
	folded, code := fold(typed), compact(typed)
	local, domain, isAddress := strings.Cut(folded, "@")
	switch {
	case isAddress:
		ways, t.Words = []Node{p.address(local, domain)}, nil
		t.about = personal{values: addressValues(local, domain)}
	case len(folded) >= minEmail && isLocalPart(folded):
		ways = append(ways, p.hashed(emailStart+folded), p.hashed(emailLocal+folded))
		if strings.Contains(folded, ".") {
			ways = append(ways, p.hashed(emailDomain+folded))
		}
	}
	if len(code) == len(typed) && isTaxCodePrefix(code) {
		ways = append(ways, p.hashed(taxCodeValue+code))
		t.about.values = []string{taxCodeValue + code}
	}
	if strings.ContainsAny(code, "0123456789") && !isAddress {
		ways = append(ways, p.payment(code)...)
	}
	t.Any = Node{Or: ways}
	p.add(t)
}

// address returns the node of an e-mail address of which one part may be missing or incomplete.
func (p *parser) address(local, domain string) Node {
	var all []Node
	for _, value := range addressValues(local, domain) {
		all = append(all, p.hashed(value))
	}
	return Node{And: all}
}

// addressValues returns the hashed values of an e-mail address that was typed up to somewhere after the @.
func addressValues(local, domain string) (all []string) {
	if local != "" {
		all = append(all, emailLocal+local)
	}
	if len(domain) >= minEmail {
		all = append(all, emailDomain+domain)
	}
	return all
}

func isLocalPart(folded string) bool {
	return strings.Trim(folded, "abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_{|}~-") == ""
}

// minPrefix is the length from which the last word of a search may be the beginning of a word of a text. Shorter ones are too common.
const minPrefix = 3

// words returns the node of words of a text; the last of them may be the beginning of one.
func (p *parser) words(typed string, last bool) Node {
	var all []Node
	original := split(strings.ToLower(typed))
	folded := strings.Fields(Words(typed))
	for i, word := range folded {
		n := Node{Word: word, Typed: word, Prefix: last && i == len(folded)-1 && utf8.RuneCountInString(word) >= minPrefix}
		if len(original) == len(folded) {
			n.Typed = original[i]
		}
		all = append(all, n)
	}
	return Node{And: all}
}

// names returns the node of names: beginnings of one, or of one for each word.
func (p *parser) names(typed string) Node {
	var ways []Node
	for _, spelled := range spellings(typed) {
		words := split(spelled)
		ways = append(ways, nameNode(strings.Join(words, "")))
		if len(words) > 1 {
			var all []Node
			for _, word := range words {
				all = append(all, nameNode(word))
			}
			ways = append(ways, Node{And: all})
		}
	}
	return Node{Or: slices.DeleteFunc(ways, func(n Node) bool { return n.Key == nameKind })}
}

// nameNode returns the node of the beginning of a name. One letter is a whole name, as the D of «D’Angelo».
func nameNode(word string) Node {
	return Node{Key: nameKind + truncate(word, maxName), Prefix: utf8.RuneCountInString(word) > 1}
}

// hashed returns the node of a hashed value, by each version of the key.
func (p *parser) hashed(value string) Node {
	var ways []Node
	for _, hash := range p.hashes(value) {
		ways = append(ways, Node{Key: hashedKind + shorten(hash)})
	}
	if len(ways) == 1 {
		return ways[0]
	}
	return Node{Or: ways}
}

// taxCodePattern matches the beginning of a tax code from its sixth character on, also with letters of omocodia, of 11 digits, or STP and ENI.
var taxCodePattern = regexp.MustCompile(`^(?:[A-Z]{6}(?:[0-9LMNPQRSTUV]{1,2}(?:[A-Z](?:[0-9LMNPQRSTUV]{1,2}(?:[A-Z](?:[0-9LMNPQRSTUV]{1,3}[A-Z]?)?)?)?)?)?|(?:STP|ENI)[0-9]{3,13}|[0-9]{6,11})$`)

// isTypedInGroups reports whether what was typed with blanks can be nothing but a tax code: it has letters, and most of its digits.
func isTypedInGroups(code string) bool {
	digits := len(digitsOf(code))
	return digits >= 4 && digits < len(code) && len(code) >= 11 && isTaxCodePrefix(code)
}

func isTaxCodePrefix(code string) bool { return taxCodePattern.MatchString(code) }
