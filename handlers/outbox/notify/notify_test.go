// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package notify_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/outbox"
	"github.com/sol-assistenza/sol/handlers/outbox/notify"
	"github.com/sol-assistenza/sol/sagas"
)

func TestCitizensAreNotifiedByMailToo(t *testing.T) {
	failure := errors.New("the database does not answer")
	for name, c := range map[string]struct {
		to    sagas.RecipientGroup
		fails error
		want  []string
	}{
		"a citizen":              {sagas.ToCitizen, nil, []string{"application", "mail"}},
		"operators":              {sagas.ToOperators, nil, []string{"application"}},
		"supervisors":            {sagas.ToSupervisors, nil, []string{"application"}},
		"an account":             {sagas.ToAccount, nil, []string{"application"}},
		"no mail after an error": {sagas.ToCitizen, failure, []string{"application"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			record := func(channel string, err error) notify.DeliverFunc {
				return func(context.Context, string, ticket.ID, sagas.Notification) error {
					got = append(got, channel)
					return err
				}
			}
			err := notify.New(record("application", c.fails), record("mail", nil))(t.Context(), "m", "t", sagas.Notification{Kind: sagas.KindReminder, To: c.to})
			if !errors.Is(err, c.fails) || !slices.Equal(got, c.want) {
				t.Errorf("got delivery by %v and error %v, want %v and %v", got, err, c.want, c.fails)
			}
		})
	}
}

// TestNotificationsOfANewerReleaseAreNotDelivered: neither an unknown kind nor unknown recipients reach anybody as an empty sentence.
func TestNotificationsOfANewerReleaseAreNotDelivered(t *testing.T) {
	for _, n := range []sagas.Notification{{Kind: "sung", To: sagas.ToCitizen}, {Kind: sagas.KindReminder, To: "choirs"}} {
		never := func(context.Context, string, ticket.ID, sagas.Notification) error {
			t.Errorf("%+v was delivered", n)
			return nil
		}
		var newer *outbox.NewerError
		if err := notify.New(never, never)(t.Context(), "m", "t", n); !errors.As(err, &newer) {
			t.Errorf("%+v: got %v, want *NewerError", n, err)
		}
	}
}
