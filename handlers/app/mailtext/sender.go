// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"net/mail"
	"regexp"
	"strings"

	"github.com/sol-assistenza/sol/handlers/app/mailtext/mimepart"
)

var looseAddress = regexp.MustCompile(`[^\s<>"(),;:]+@[^\s<>"(),;:]+`)

// FindAddresses returns all parts of a text that look like an e-mail address.
func FindAddresses(text string) []string { return looseAddress.FindAllString(text, -1) }

// sender returns the name and the address of a field From, as far as they can be read.
func sender(field string) (name, address string) {
	parser := mail.AddressParser{WordDecoder: &mimepart.WordDecoder}
	if all, err := parser.ParseList(field); err == nil && len(all) > 0 {
		return mimepart.DecodeHeader(all[0].Name), all[0].Address
	}
	address = looseAddress.FindString(field)
	name, _, _ = strings.Cut(field, "<")
	if address != "" && strings.Contains(name, address) {
		name = ""
	}
	return strings.Trim(mimepart.DecodeHeader(name), "\" "), address
}
