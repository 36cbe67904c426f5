// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"errors"
	"time"
)

// LinkIssue is the issue of a personal link or of an e-mail address of a ticket. It is part of the link and of the address. The zero value
// is the issue of those that were made before issues existed, which name none.
type LinkIssue struct {
	N   int // number of revocations before it was made
	Day int // on which it was made, in days since 1 January 1970 UTC; 0: not named
}

// IssueAt returns the issue of links and addresses that are made at a time, after n revocations.
func IssueAt(n int, at time.Time) LinkIssue { return LinkIssue{n, int(at.Unix() / (24 * 60 * 60))} }

// Errors of a link or an address that is not valid any more.
var (
	ErrLinkRevoked = errors.New("the link or address was revoked")
	ErrLinkExpired = errors.New("the link or address has expired")
)

// DefaultLinkDays is the number of days for which links and addresses are valid in a fresh installation.
const DefaultLinkDays = 180

// Check returns ErrLinkRevoked or ErrLinkExpired for an issue that is not valid any more at a time. s is the state of its ticket, days the number
// of whole days for which an issue is valid after its own.
func (i LinkIssue) Check(s State, now time.Time, days int) error {
	switch {
	case i.N < s.LinkIssue:
		return ErrLinkRevoked
	case IssueAt(0, now).Day-i.Day > days:
		return ErrLinkExpired
	}
	return nil
}

// LinksRevoked records that all personal links and e-mail addresses of the ticket that were made before are not valid any more.
type LinksRevoked struct {
	Issue    int   `json:"issue"`          // number of the revocation in the ticket, from 1; links that are made later have it
	Send     bool  `json:"send,omitempty"` // the citizen gets a mail with the new link
	Personal *Text `json:"-"`              // the reason
}

func (LinksRevoked) event()        {}
func (LinksRevoked) contactEvent() {}

// RevokeLinks makes the personal links and e-mail addresses of the ticket invalid. With Send the citizen gets a mail with the new link, at the
// address on the ticket.
type RevokeLinks struct {
	Reason string
	Send   bool
}

func (RevokeLinks) command()       {}
func (RevokeLinks) personCommand() {}

// MoveRevokeLinks is the move of RevokeLinks.
const MoveRevokeLinks Move = "revoke-links"
