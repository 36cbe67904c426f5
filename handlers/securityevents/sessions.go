// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"context"
	"fmt"

	"github.com/sol-assistenza/sol/eventstore/notify"
)

// watchSessions calls noteSessions again and again until ctx ends, also while the receiver cannot be reached.
func (f *Forwarder) watchSessions(ctx context.Context) {
	failing := false
	for ctx.Err() == nil {
		err := f.noteSessions(ctx)
		if ctx.Err() == nil && err != nil && !failing {
			f.Log.Warn("log-ins at the database are not seen", "error", err)
		}
		failing = err != nil
		_ = notify.Sleep(ctx, f.PollInterval) // the loop asks the context
	}
}

// noteSessions stores an event for each new session at the database that is not of a node: of the owner, of an administrator of the database, of a
// backup. Postgres tells which sessions there are now and no more, so a session that begins and ends between two looks is not seen, nor is a log-in
// that failed.
//
// Sessions of nodes are those of the service's own roles. While a node logs in as the owner of the tables, they are those that name themselves as its
// pools do, which another program can do too.
func (f *Forwarder) noteSessions(ctx context.Context) error {
	_, err := f.Pool.Exec(ctx, `
		with now as materialized (
			select * from security.sessions() where role not in ('sol_viewer', 'sol_append', 'sol_worker')
				and exists (select from security.forwarder where holder = $2) and (session_user in ('sol_viewer', 'sol_append', 'sol_worker') or role <> session_user or application not like 'sol %')
		), new as (
			insert into security.seen_sessions (pid, started_at) select pid, started_at from now on conflict do nothing returning pid, started_at
		), ended as (
			delete from security.seen_sessions s where (pid, started_at) not in (select pid, started_at from security.sessions())
		)
		select security.note($1, case when isfinite(now.started_at) then now.started_at else clock_timestamp() end,
			jsonb_strip_nulls(jsonb_build_object('db_role', role, 'application', nullif(application, ''), 'address', address)))
		from now join new using (pid, started_at)`, DatabaseLogin, f.node)
	if err != nil {
		return fmt.Errorf("look at the sessions of the database: %w", err)
	}
	return nil
}
