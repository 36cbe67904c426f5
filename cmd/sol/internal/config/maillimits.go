// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/handlers/inbound"
)

const mailLimitsHelp = `
  SOL_MAIL_LIMIT_PEER, SOL_MAIL_LIMIT_CONNECTIONS, SOL_MAIL_LIMIT_WRONG, SOL_MAIL_LIMIT_ADDRESS, SOL_MAIL_LIMIT_NODE
                        mails a minute that a node takes from one peer, its open connections, its wrong recipients a minute; mails
                        at once to one reply address (then one a minute); mails a minute in all. What is over them is refused for
                        the moment, its server tries again (300, 20, 60, 60, 1200)
  SOL_MAIL_RELAYS       networks of the mail servers that bring mail of many senders; they are not limited as peers (none)`

// loadMailLimits reads the limits of inbound mail. Zero fields mean the defaults of package inbound.
func loadMailLimits(env func(string) string, refuse func(name, want string)) (l inbound.Limits) {
	for name, target := range map[string]*int{
		"SOL_MAIL_LIMIT_PEER": &l.PeerMessages, "SOL_MAIL_LIMIT_CONNECTIONS": &l.PeerConnections, "SOL_MAIL_LIMIT_WRONG": &l.WrongRecipients,
		"SOL_MAIL_LIMIT_ADDRESS": &l.AddressMessages, "SOL_MAIL_LIMIT_NODE": &l.NodeMessages,
	} {
		if text := env(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				refuse(name, "a number from 1")
			}
			*target = n
		}
	}
	for text := range strings.FieldsFuncSeq(env("SOL_MAIL_RELAYS"), func(r rune) bool { return r == ',' || r == ' ' }) {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			refuse("SOL_MAIL_RELAYS", "networks with commas between them, e.g. 10.0.0.0/8,127.0.0.1/32")
			break
		}
		l.Relays = append(l.Relays, network)
	}
	return l
}
