// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"context"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/handlers/identity"
)

// topics records what is published.
type topics struct{ published []string }

func (p *topics) Publish(topic string) { p.published = append(p.published, topic) }

func (*topics) Subscribe(string) <-chan struct{} { return nil }

func TestCheckSessions(t *testing.T) {
	h, ctx := newFixture(t), context.Background()
	h.account("anna", operatorAt(torino))
	h.account("bruno", operatorAt(torino), operatorAt(novara))
	anna, bruno := h.login("anna"), h.login("bruno")
	h.clock.Advance(10 * time.Minute)
	check := func() map[string]identity.Validity {
		t.Helper()
		valid, err := h.CheckSessions(ctx, []string{anna.Token, bruno.Token, "unknown"})
		if err != nil {
			t.Fatal(err)
		}
		return valid
	}
	valid := check()
	if len(valid) != 2 {
		t.Errorf("got %v, want the sessions of two tokens", valid)
	}
	if got, want := valid[anna.Token], (identity.Validity{Actor: anna.Actor, For: 20 * time.Minute}); got != want {
		t.Errorf("got %+v, want %+v: until its idle time has passed", got, want)
	}
	if got := valid[bruno.Token].Actor; got.ID != bruno.Account || got.Role != "" {
		t.Errorf("got %+v, want no role before a placement is chosen", got)
	}
	h.must(h.EndPlacement(ctx, anna.Account, anna.Actor.Role, anna.Actor.Entity))
	if got := check()[anna.Token].Actor.Role; got != "" {
		t.Errorf("got role %s, want none after the placement has ended", got)
	}
	h.clock.Advance(20 * time.Minute)
	if valid := check(); len(valid) != 0 {
		t.Errorf("got %v, want no session after the idle time", valid)
	}
}

// TestRevocationsArePublished checks that everything that revokes rights wakes the streams of its account.
func TestRevocationsArePublished(t *testing.T) {
	h, ctx := newFixture(t), context.Background()
	var p topics
	h.Topics = &p
	id := h.account("anna", operatorAt(torino))
	other := h.account("bruno", operatorAt(torino))
	for _, c := range []struct {
		name   string
		revoke func() error
	}{
		{"logout", func() error { return h.EndSession(ctx, h.login("anna").Token) }},
		{"another role", func() error {
			_, err := h.ChoosePlacement(ctx, h.login("anna").Token, operatorAt(torino).Role, torino)
			return err
		}},
		{"password changed", func() error { return h.SetPassword(ctx, id, password, pin) }},
		{"placement ended", func() error { return h.EndPlacement(ctx, id, operatorAt(torino).Role, torino) }},
		{"account disabled", func() error { return h.Disable(ctx, other) }},
	} {
		p.published = nil
		if err := c.revoke(); err != nil || len(p.published) != 1 {
			t.Errorf("%s: got %v published, %v, want one topic", c.name, p.published, err)
		}
	}
	p.published = nil
	if err := h.EndSession(ctx, "unknown"); err != nil || len(p.published) > 0 {
		t.Errorf("a token without a session: got %v published, %v, want nothing", p.published, err)
	}
}
