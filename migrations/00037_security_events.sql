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
  position bigint not null
);
grant select, insert, update on security.sources to sol_worker;

-- Events without another record, which are deleted when the receiver has them.
create table security.notes (
  id     bigint generated always as identity primary key,
  at     timestamptz not null default clock_timestamp(),
  kind   text not null check (kind <> ''),
  fields jsonb not null -- of securityevents.Event
);
grant select, insert, delete on security.notes to sol_worker;

-- How many of the log-ins, failures, … of a row the receiver has. Rows of before count as sent.
alter table access.logins
  add column forwarded    integer not null default 2147483647,
  add column forwarded_at timestamptz;
alter table access.logins alter column forwarded set default 0;
create index logins_waiting on access.logins (last_at) where forwarded < count;
grant update (forwarded, forwarded_at) on access.logins to sol_worker;

-- A row that is added up keeps how much of it was sent, and a row that is sent keeps all else.
-- +goose StatementBegin
create or replace function access.refuse_login() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.last_at < clock_timestamp() - interval '24 months' then
    return old;
  end if;
  if tg_op = 'UPDATE' and (new.id, new.at, new.what, new.account, new.address, new.person, new.period)
      = (old.id, old.at, old.what, old.account, old.address, old.person, old.period)
    and (new.count > old.count and new.last_at >= old.last_at and new.forwarded = old.forwarded and new.forwarded_at is not distinct from old.forwarded_at
      or new.count = old.count and new.last_at = old.last_at and new.forwarded > old.forwarded and new.forwarded <= new.count) then
    return new;
  end if;
  raise exception 'access.logins is append-only for 24 months: % refused', tg_op using errcode = 'insufficient_privilege';
end
$$;
-- +goose StatementEnd
