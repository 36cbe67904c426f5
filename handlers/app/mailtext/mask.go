// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import "regexp"

// personalLink matches the token of a personal link, also as a mail program or a protecting relay encodes it.
var personalLink = regexp.MustCompile(`(?i)t(\.|%2e)[0-9a-f]{8}((-|%2d)[0-9a-f]{4}){3}(-|%2d)[0-9a-f]{12}(\.|%2e)\s{0,3}[0-9a-f]{8,}(\s{1,3}[0-9a-f]{8,}\b)?`)

// replyAddress matches the local part of an address to which a citizen replies: whoever has it can write as the citizen.
var replyAddress = regexp.MustCompile(`(?i)\br-[a-z2-7]{40,44}(@|%40)`)

// Masked stands in place of the token of a personal link.
const Masked = "t.[collegamento personale]"

// Mask removes the secrets of personal links and reply addresses from a text.
func Mask(text string) string {
	return replyAddress.ReplaceAllString(personalLink.ReplaceAllString(text, Masked), "r-[indirizzo personale]$1")
}
