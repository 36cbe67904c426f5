// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import "context"

// Refused is for a caller that refuses a command on grounds of its own, before Dispatch. If the command was carried
// out before, its first outcome still stands, whatever has changed since; otherwise the refusal does.
func (d *Dispatcher[S, C, E]) Refused(ctx context.Context, r Request[C], refusal error) (Outcome[S], error) {
	return d.refused(ctx, r, refusal)
}
