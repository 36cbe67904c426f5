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

// Unusual returns at most limit findings of unusual reading before an id (0: from the newest) to a data protection officer, and records this look. Error:
// *ticket.NotVisibleError for all others.
func (s *Service) Unusual(ctx context.Context, by app.Caller, before int64, limit int) ([]unusual.Finding, error) {
	if by.Link != "" || !policy.May(by.Actor, policy.ReadUnusual) {
		return nil, &ticket.NotVisibleError{}
	}
	if _, err := s.record(ctx, by, accesslog.Access{Kind: accesslog.Accesses, Detail: "unusual"}); err != nil {
		return nil, err
	}
	return unusual.List(ctx, s.app.Store.Pools().Request, by.Viewer().Reader(), before, limit)
}
