-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- The log: dense global positions, append-only events, the results of commands, and the keys that seal personal
-- data in a schema of their own, so that they can be backed up apart and destroyed.

-- +goose Up

-- Roles belong to the whole cluster: another database may be creating the same ones right now, which shows as a
-- duplicate or as a concurrently updated catalogue row (XX000). Both mean: look again.
-- +goose StatementBegin
do $$
declare
  wanted text;
  before text := current_setting('role');
begin
  foreach wanted in array array['sol_request', 'sol_append', 'sol_worker'] loop
    for attempt in 1..20 loop
      begin
        if not exists (select from pg_roles where rolname = wanted) then
          execute format('create role %I nologin nosuperuser nocreatedb nocreaterole nobypassrls', wanted);
        end if;
        begin -- from version 16 on, who creates a role is its member and still may not act as it
          perform set_config('role', wanted, true);
          perform set_config('role', before, true);
        exception when insufficient_privilege then
          execute format('grant %I to %I', wanted, current_user);
        end;
        exit;
      exception when duplicate_object or unique_violation or internal_error then
        if attempt = 20 then
          raise;
        end if;
        perform pg_sleep(0.05);
      end;
    end loop;
  end loop;
end
$$;
-- +goose StatementEnd

create schema log;
create schema keys;

-- The allocator: one row, locked first by every append and held until its commit. So positions are handed out in
-- commit order, without gaps, and recorded_at never decreases. A wide-open page keeps its updates in place.
create table log.logs (
  id        uuid primary key default gen_random_uuid(),
  epoch     integer not null default 1 check (epoch > 0),
  head      bigint not null default 0 check (head >= 0),
  last_at   timestamptz,
  singleton boolean not null default true unique check (singleton)
) with (fillfactor = 10);
insert into log.logs default values;

create table log.streams (
  id       uuid primary key,
  kind     text not null check (kind <> ''),
  subject  text not null, -- keyed id of the person it is about; '' for none
  version  integer not null check (version > 0),
  position bigint not null -- of its last event
) with (fillfactor = 80);

create table log.events (
  position    bigint primary key,
  stream      uuid not null,
  version     integer not null check (version > 0),
  type        text not null check (type <> ''),
  recorded_at timestamptz not null,
  actor       text not null,
  role        text not null,
  entity      text not null,
  act         uuid not null,
  cause       bigint,         -- position of the event that a saga answered
  data        bytea not null, -- the bytes that were hashed, never jsonb
  sealed      bytea,          -- personal part: AES-256-GCM under the key
  key         uuid,
  blobs       uuid[],
  hash        bytea not null, -- RFC 6962 leaf; the tree's index is position - 1
  unique (stream, version),
  check ((sealed is null) = (key is null))
);

-- +goose StatementBegin
create function log.refuse() returns trigger language plpgsql as $$
begin
  raise exception 'log.events is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end
$$;
-- +goose StatementEnd
create trigger append_only before update or delete or truncate on log.events
  for each statement execute function log.refuse();
alter table log.events enable always trigger append_only; -- session_replication_role does not get round it

-- What each command came to first. Ids and requests are keyed hashes: nothing of a person can be read from them.
create table log.commands (
  id        uuid primary key,
  request   bytea, -- null: nothing to compare
  stream    uuid not null,
  version   integer not null,
  position  bigint not null,
  at        timestamptz not null,
  permanent boolean not null
);
create index commands_at on log.commands using brin (at); -- rows lie in the order of at: forgetting finds the old end

create table log.consumers (
  name        text not null,
  version     integer not null,
  position    bigint not null default 0,
  holder      uuid,          -- the node that leads it
  lease_until timestamptz,
  failures    integer not null default 0,
  error       text,          -- of the last batch, while it fails
  failed_at   timestamptz,
  moved_at    timestamptz,
  primary key (name, version)
) with (fillfactor = 50);

create table log.blobs (
  id         uuid primary key,
  stream     uuid not null,
  sealed     bytea not null,
  created_at timestamptz not null default clock_timestamp()
);
alter table log.blobs alter column sealed set storage external; -- ciphertext does not compress
create index blobs_created_at on log.blobs (created_at);

create sequence log.numbers;

-- A data key a row, wrapped by the master key. Destroying is wrapped := null: the row says that and when.
create table keys.keys (
  id           uuid primary key,
  stream       uuid not null,
  subject      text not null,
  wrapped      bytea,
  destroyed_at timestamptz,
  check ((wrapped is null) = (destroyed_at is not null))
);
create index keys_stream on keys.keys (stream);
create index keys_subject on keys.keys (subject) where subject <> '';

-- A value that only the right master key produces, so that a wrong one is refused before it seals anything.
create table keys.master (
  singleton boolean primary key default true check (singleton),
  value     bytea not null
);

grant usage on schema log to sol_append, sol_worker, sol_request;
grant usage on schema keys to sol_append, sol_worker;

grant select, update on log.logs to sol_append;
grant select, insert, update on log.streams to sol_append;
grant select, insert on log.events, log.commands, log.blobs to sol_append;
grant usage on sequence log.numbers to sol_append;
grant select, insert on keys.keys, keys.master to sol_append;
grant update (wrapped, destroyed_at) on keys.keys to sol_append;

grant select on log.logs, log.streams, log.events to sol_worker;
grant select, delete on log.commands, log.blobs to sol_worker;
grant select, insert, update, delete on log.consumers to sol_worker;
grant select on keys.keys to sol_worker;

-- A read answers with the position it has: head and checkpoint are read in its own snapshot.
grant select on log.logs, log.consumers to sol_request;
