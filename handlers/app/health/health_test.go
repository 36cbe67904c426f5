// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package health_test

import (
	"context"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore/refusal"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/health"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// workingLists are lists that can be read.
type workingLists struct{}

func (workingLists) Ping(ctx context.Context) error { return ctx.Err() }

func (workingLists) Lag(ctx context.Context) (time.Duration, error) { return 0, ctx.Err() }

// A client that goes while its report is made does not make the lists unavailable, for others neither, who get the same report.
func TestReportDoesNotDependOnItsClient(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	c := health.Checker{Log: storetest.New(t).Store, Refused: &refusal.Last{}, Lists: workingLists{}}
	for _, ctx := range []context.Context{gone, t.Context()} {
		if got := c.Conditions(ctx); len(got) > 0 {
			t.Errorf("got %+v, want none", got)
		}
	}
}

// TestSecurityEventsThatWaitAreACondition checks that health reports what the forwarder of security events says about its receiver.
func TestSecurityEventsThatWaitAreACondition(t *testing.T) {
	late := "3 security events wait."
	c := health.Checker{Log: storetest.New(t).Store, Refused: &refusal.Last{}, Lists: workingLists{}, SecurityEvents: func(context.Context) (string, error) { return late, nil }}
	if got := c.Conditions(t.Context()); len(got) != 1 || got[0] != (health.Condition{Name: health.SecurityEvents, Detail: late}) {
		t.Errorf("got %+v, want the condition", got)
	}
}
