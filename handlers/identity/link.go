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

// linkPrefix tells a personal link's token from a session's, which has no dot.
const linkPrefix = "t."

// PersonalLink is the token with which a citizen who did not log in reads and answers one ticket. It is sent to the
// address that the form gave, and nowhere else.
func (i *Identity) PersonalLink(id ticket.ID) string {
	return linkPrefix + string(id) + "." + i.KeyedHash("personal-link", string(id))
}

// ParsePersonalLink turns the token of a personal link into the citizen of that one ticket: an actor whose id is the
// ticket's.
func (i *Identity) ParsePersonalLink(token string) (person.Actor, bool) {
	rest, ok := strings.CutPrefix(token, linkPrefix)
	if !ok {
		return person.Actor{}, false
	}
	id, mac, ok := strings.Cut(rest, ".")
	if !ok || !eventstore.IsID(id) || !hmac.Equal([]byte(mac), []byte(i.KeyedHash("personal-link", id))) {
		return person.Actor{}, false
	}
	return person.Actor{ID: id, Role: person.Citizen}, true
}
