// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
)

// personalLink matches the token of a personal link: "t.", an id, a dot and a hash, both in hex. Mail programs and protecting relays may encode
// its signs and break it into quoted lines.
var personalLink = regexp.MustCompile(`(?i)t` + lineBreak + dot + hexDigits(8) + strings.Repeat(dash+hexDigits(4), 3) + dash + hexDigits(12) + dot +
	`(` + hexDigits(72) + `|` + hexDigits(64) + `|[0-9a-f]{8,})`)

var (
	lineBreak = `([\s\x{a0}\x{ad}\x{200b}-\x{200f}\x{2060}\x{feff}][\s\x{a0}\x{ad}\x{200b}-\x{200f}\x{2060}\x{feff}>|]*)?`
	dot       = `(\.|%(25)*2e)` + lineBreak
	dash      = `(-2d|-|%(25)*2d)` + lineBreak
)

func hexDigits(n int) string { return fmt.Sprintf(`(%s[0-9a-f]){%d}`, lineBreak, n) }

// replyAddress matches the local part of an address to which a citizen replies: whoever has it can write as the citizen.
var replyAddress = regexp.MustCompile(`(?i)\br-[a-z2-7]{40,50}(@|%40)`)

// Masked stands in place of the token of a personal link.
const Masked = "t.[collegamento personale]"

// longBase64 matches base64 in which a relay may have wrapped a personal link.
var longBase64 = regexp.MustCompile(`[A-Za-z0-9+/_-]{100,}`)

// maskEncoded masks base64 of a text with a personal link.
func maskEncoded(run string) string {
	digits := strings.NewReplacer("-", "+", "_", "/").Replace(run)
	decoded, _ := base64.RawStdEncoding.DecodeString(digits[:len(digits)/4*4])
	if personalLink.Match(decoded) {
		return Masked
	}
	return run
}

// Mask removes the secrets of personal links and reply addresses from a text.
func Mask(text string) string {
	text = longBase64.ReplaceAllStringFunc(personalLink.ReplaceAllString(text, Masked), maskEncoded)
	return replyAddress.ReplaceAllString(text, "r-[indirizzo personale]$1")
}
