// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package answers

import (
	"context"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/unusual"
)

// Unusual returns at most limit findings of unusual reading, examined ones or the others, before an id (0: from the newest) to a data protection
// officer, and records this look. Error: *ticket.NotVisibleError for all others.
func (s *Service) Unusual(ctx context.Context, by app.Caller, examined bool, before int64, limit int) ([]unusual.Finding, error) {
	if !by.May(policy.ReadUnusual) {
		return nil, &ticket.NotVisibleError{}
	}
	if _, err := s.record(ctx, by, accesslog.Access{Kind: accesslog.Accesses, Detail: "unusual"}); err != nil {
		return nil, err
	}
	return s.findings().List(ctx, by.Viewer().Reader(), examined, before, limit)
}

// Examine notes that a data protection officer has examined a finding and what came of it. Errors: those of unusual.Findings.Examine,
// *ticket.NotVisibleError for all others.
func (s *Service) Examine(ctx context.Context, by app.Caller, id int64, text string) error {
	if !by.May(policy.ReadUnusual) {
		return &ticket.NotVisibleError{}
	}
	return s.findings().Examine(ctx, by.Viewer().Reader(), id, text)
}

// findings returns the findings with a sealer of this request alone: one that lives longer remembers keys, and would open what was sealed with a key
// that has been destroyed since.
func (s *Service) findings() unusual.Findings {
	return unusual.Findings{Store: s.app.Store, Sealer: accesslog.NewSealer(s.app.Store)}
}
