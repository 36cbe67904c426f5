// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"crypto/hmac"
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// linkPrefix distinguishes the token of a personal link from that of a session, which has no dot.
const linkPrefix = "t."

// PersonalLink returns the token with which a citizen who is not logged in reads and answers one ticket. The application sends it only to
// the e-mail address in the ticket's form.
func (i *Identity) PersonalLink(id ticket.ID) string {
	return linkPrefix + string(id) + "." + i.KeyedHash("personal-link", string(id))
}

// ParsePersonalLink returns the actor for the token of a personal link: a citizen whose id is the ticket's. It returns false for any other
// token.
func (i *Identity) ParsePersonalLink(token string) (person.Actor, bool) {
	rest, ok := strings.CutPrefix(token, linkPrefix)
	if !ok {
		return person.Actor{}, false
	}
	id, mac, ok := strings.Cut(rest, ".")
	if !ok || !eventstore.IsID(id) {
		return person.Actor{}, false
	}
	for _, valid := range i.KeyedHashes("personal-link", id) {
		if hmac.Equal([]byte(mac), []byte(valid)) {
			return person.Actor{ID: id, Role: person.Citizen}, true
		}
	}
	return person.Actor{}, false
}
