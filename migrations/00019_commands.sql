-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- The results of clients' commands get two tables of their own, which take turns: new results go to recent_commands; earlier_commands is
-- emptied as a whole when all of its results are older than 90 days, and then the two exchange their names. log.commands keeps the
-- results of sagas' commands, and those of clients from nodes of the release before.

-- +goose Up

-- Both inherit from log.commands, so that a look-up there, also by a node of the release before, finds the rows of all three by their
-- indexes. The check keeps what is stored for ever out of a table that is emptied.
create table log.recent_commands (
  constraint client_commands_1 primary key (id),
  check (not permanent)
) inherits (log.commands);
create index client_commands_1_at on log.recent_commands using brin (at) with (autosummarize = on);

create table log.earlier_commands (
  constraint client_commands_2 primary key (id),
  check (not permanent)
) inherits (log.commands);
create index client_commands_2_at on log.earlier_commands using brin (at) with (autosummarize = on);

grant select, insert on log.recent_commands, log.earlier_commands to sol_append;

-- Forgets the results of clients' commands once the newest in earlier_commands is older than 90 days by the log's time, and returns
-- their number; 0 until then. So a result is kept for 90 to 180 days. It waits half a second for a lock, because appends wait behind it.
-- +goose StatementBegin
create function log.forget_commands() returns bigint
language plpgsql security definer set search_path = pg_catalog set lock_timeout = '500ms' set enable_seqscan = off as $$
declare
  before    timestamptz := (select last_at from log.logs) - interval '90 days';
  forgotten bigint;
  deleted   bigint;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('log.forget_commands', 0)) then
    return 0; -- another node is doing it; so the tables checked here are still those that are exchanged below
  end if;
  if exists (select from log.earlier_commands where at >= before) then
    return 0;
  end if;
  select count(*) into forgotten from log.earlier_commands where at < before;
  delete from only log.commands where not permanent and at < before; -- stored by nodes of the release before
  get diagnostics deleted = row_count;

  perform from log.allocator for update; -- no append is between its look-up and its insert
  lock table log.commands in access exclusive mode; -- and the other two, in the order in which look-ups lock them
  truncate log.earlier_commands;
  alter table log.earlier_commands rename to emptied_commands;
  alter table log.recent_commands rename to earlier_commands;
  alter table log.emptied_commands rename to recent_commands;
  return forgotten + deleted;
end
$$;
-- +goose StatementEnd
revoke execute on function log.forget_commands from public;
grant execute on function log.forget_commands to sol_worker;
