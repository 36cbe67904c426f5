-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Security events are sent to a receiver outside (docs/decisions/0076): how far the receiver has them, and what has no record elsewhere.

-- +goose Up

set local lock_timeout = '5s';

create schema security;
grant usage on schema security to sol_worker;

-- One node forwards at a time: the holder, until the lease ends.
create table security.forwarder (
  singleton   boolean primary key default true check (singleton),
  holder      uuid,
  lease_until timestamptz,
  started_at  timestamptz,               -- when a node had a receiver for the first time; null: never. What is older is not sent
  sequence    bigint not null default 0, -- number of the last event that the receiver has
  current_at  timestamptz,               -- when the receiver had all events last
  dropped     bigint not null default 0  -- notes that were not stored, because too many waited
);
insert into security.forwarder default values;
grant select, update on security.forwarder to sol_worker;

-- Up to which position of a source the receiver has the events.
create table security.sources (
  name     text primary key,
  position bigint not null,
  at       timestamptz -- of the record at the position, of sources whose table is in partitions by time
);
grant select, insert, update on security.sources to sol_worker;

-- Events without another record, which are deleted when the receiver has them.
create table security.notes (
  id     bigint generated always as identity primary key,
  at     timestamptz not null default clock_timestamp(),
  kind   text not null check (kind <> ''),
  fields jsonb not null -- of securityevents.Event
);
grant select, insert (at, kind, fields), delete on security.notes to sol_worker;

-- How many of the log-ins, failures, … of a row the receiver has. Rows of before count as sent.
alter table access.logins
  add column forwarded    integer not null default 2147483647,
  add column forwarded_at timestamptz;
alter table access.logins alter column forwarded set default 0;
create index logins_waiting on access.logins (last_at) where forwarded < count;
grant update (forwarded, forwarded_at) on access.logins to sol_worker;

-- A row that is added up counts one more, by the time of the database, and keeps how much of it was sent. A row that is sent keeps all else.
-- +goose StatementBegin
create or replace function access.refuse_login() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.last_at < clock_timestamp() - interval '24 months' then
    return old;
  end if;
  if tg_op = 'UPDATE' and (new.id, new.at, new.what, new.account, new.address, new.person, new.period)
      = (old.id, old.at, old.what, old.account, old.address, old.person, old.period)
    and (new.count = old.count + 1 and new.last_at between old.last_at and greatest(old.last_at, clock_timestamp()) and new.forwarded = old.forwarded and new.forwarded_at is not distinct from old.forwarded_at
      or new.count = old.count and new.last_at = old.last_at and new.forwarded > old.forwarded and new.forwarded <= new.count) then
    return new;
  end if;
  raise exception 'access.logins is append-only for 24 months: % refused', tg_op using errcode = 'insufficient_privilege';
end
$$;
-- +goose StatementEnd

-- Stores an event without another record, unless there was never a receiver. While too many wait for one, it counts instead.
-- +goose StatementBegin
create function security.note(noted text, at_time timestamptz, noted_fields jsonb) returns void language plpgsql as $$
begin
  if (select f.started_at is null from security.forwarder f) then
    return;
  end if;
  if (select coalesce(max(n.id) - min(n.id), 0) < 9999 from security.notes n) then -- ids with gaps only make it stricter
    insert into security.notes (at, kind, fields) values (at_time, noted, noted_fields);
  else
    update security.forwarder set dropped = dropped + 1;
  end if;
end
$$;
-- +goose StatementEnd

-- Settings of each node at its last start, without passwords.
create table security.settings (
  node     text primary key, -- machine and address
  settings jsonb not null    -- values by name
);
grant select, insert, update on security.settings to sol_worker;

-- Sessions at the database that the forwarder has seen, until they end.
create table security.seen_sessions (
  pid        integer not null,
  started_at timestamptz not null,
  primary key (pid, started_at)
);
grant select, insert, delete on security.seen_sessions to sol_worker;

-- Sessions of clients of this database. Address and start of sessions of other roles are null unless the function's owner may read them
-- (a superuser, or a member of pg_read_all_stats).
create function security.sessions(out pid integer, out role text, out application text, out address text, out started_at timestamptz)
returns setof record language sql security definer set search_path = pg_catalog, pg_temp as $$
  select a.pid, a.usename::text, a.application_name, coalesce(host(a.client_addr), case when a.backend_start is not null then 'local' end), coalesce(a.backend_start, '-infinity')
  from pg_stat_activity a where a.datname = current_database() and (a.backend_type = 'client backend' or a.backend_type is null)
$$;

-- The next access records after a position, at most scanned, that are events: exports, dossiers, whole histories, what was refused, and looks at the
-- command line. The last record is there too, so that the caller knows how far it came.
create function security.looks(after_at timestamptz, after_position bigint, scanned integer, out "position" bigint, out at timestamptz, out kind text, out outcome text,
  out person text, out role text, out entity text, out controller text, out ticket uuid, out detail text, out address text, out command_line boolean, out purpose text)
returns setof record language sql security definer set search_path = pg_catalog, pg_temp as $$
  with page as materialized (
    select r.* from access.records r where r.at >= after_at and r.position > after_position order by r.at, r.position limit scanned
  )
  select p.position, p.at, p.kind, p.outcome, p.person, p.role, p.entity, p.controller, p.ticket, p.detail, p.address, p.command_line, p.purpose from page p
  where p.outcome = 'refused' or p.kind in ('export', 'dossier', 'history') or p.command_line or p.position = (select max(l.position) from page l)
  order by p.position
$$;
create function security.last_look(out "position" bigint, out at timestamptz) language sql security definer set search_path = pg_catalog, pg_temp as $$
  select h.head, h.head_at from access.head() h
$$;
-- As sol_definer, which owns nothing else and reads what these need.
grant usage, create on schema security to sol_definer;
grant usage on schema access to sol_definer;
alter function security.looks owner to sol_definer;
alter function security.last_look owner to sol_definer;
revoke create on schema security from sol_definer;
revoke execute on function security.note, security.sessions, security.looks, security.last_look from public;
grant execute on function security.note, security.sessions, security.looks, security.last_look to sol_worker;
