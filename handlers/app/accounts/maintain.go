// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accounts

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore/notify"
)

// maintainInterval is the time between two runs of Maintain on a node, and warnInterval that between two warnings about an overdue review.
const (
	maintainInterval = 30 * time.Second
	warnInterval     = time.Hour
)

// Run maintains the accounts at once and then every half minute, until ctx ends. It logs failures, and emergency accesses that nobody
// reviewed in time, once an hour.
func (s *Service) Run(ctx context.Context, log *slog.Logger) error {
	sinceWarning := warnInterval
	for ctx.Err() == nil {
		if _, err := s.Maintain(ctx); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "accounts are not maintained", "error", err)
		}
		if sinceWarning += maintainInterval; sinceWarning > warnInterval {
			waiting, err := s.Overview(ctx, person.Actor{Role: person.Auditor})
			if err == nil && waiting.Overdue() {
				sinceWarning = 0
				log.WarnContext(ctx, "an emergency access was not reviewed in time", "waiting", len(waiting.Emergencies))
			}
		}
		_ = notify.Sleep(ctx, maintainInterval) // its error is the end of ctx
	}
	return nil
}

// Maintain applies what a node left that died, and expires requests that nobody answered in time. It returns the number of expired requests.
func (s *Service) Maintain(ctx context.Context) (n int, err error) {
	if err := s.CatchUp(ctx); err != nil {
		return 0, err
	}
	state, _, err := s.stream.Read(ctx)
	if err != nil {
		return 0, err
	}
	for _, r := range state.Requests {
		if s.store.Now().Before(*r.Until) {
			continue
		}
		_, err := s.Answer(ctx, CommandLine, r.ID, account.Expired, "")
		if err != nil && !errors.Is(err, account.ErrNotFound) { // another node expired it
			return n, err
		}
		n++
	}
	return n, nil
}
