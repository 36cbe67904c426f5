-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- The allocator's row is locked by each append and never updated. An update left a version of the row behind, which stays
-- while any transaction is open that began before, and each append scanned all of them. Head and time of the log follow from
-- its last event and its newest tick.

-- +goose Up

alter table log.logs rename to allocator;
alter table log.allocator drop column head, drop column last_at;

-- A tick is a time of the log that was committed without an event: every later event has this time or a later one.
create table log.ticks (
  at timestamptz primary key
);

-- The log as it was a table before. Subqueries and not a join, because nodes of the release before lock its row.
create view log.logs as
select a.id, a.epoch,
  coalesce((select e.position from log.events e order by e.position desc limit 1), 0) as head,
  greatest((select e.recorded_at from log.events e order by e.position desc limit 1), (select max(t.at) from log.ticks t)) as last_at,
  a.singleton
from log.allocator a;

-- Nodes of the release before move the head with an update. It passes without an effect: the events that they inserted have
-- moved the head already.
-- +goose StatementBegin
create function log.ignore_head() returns trigger language plpgsql as $$
begin
  if (new.id, new.epoch, new.singleton) is distinct from (old.id, old.epoch, old.singleton) then
    raise exception 'log.logs is a view: update log.allocator' using errcode = 'feature_not_supported';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger ignore_head instead of update on log.logs for each row execute function log.ignore_head();

-- To lock the row takes the right to update a column. This one can hold one value only.
revoke update on log.allocator from sol_append;
grant update (singleton) on log.allocator to sol_append;

grant select, update on log.logs to sol_append;
grant select on log.logs to sol_worker, sol_request;
grant select, insert on log.ticks to sol_append;
grant select, delete on log.ticks to sol_worker;
