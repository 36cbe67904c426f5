-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Files wait until clamd has scanned them (docs/decisions/0082): the database refuses to read one that was not found clean, to nodes of the
-- release before too.

-- +goose Up

set local lock_timeout = '5s';

create schema files;
grant usage on schema files to sol_worker, sol_viewer;
grant usage, create on schema files to sol_definer;

-- Whether files are in quarantine until they were found clean. A node with a scanner begins it; it ends when a node is told so.
create table files.quarantine (
  singleton boolean primary key default true check (singleton),
  since     timestamptz,            -- null: no quarantine
  queued    uuid,                   -- the last of the files without a row in files.scans that got one; files are older than this table
  queued_at timestamptz             -- when all of them had one
);
insert into files.quarantine default values;
grant select, update on files.quarantine to sol_worker;
grant select on files.quarantine to sol_definer;

-- A file of log.blobs and what the scanner found. Files that were stored before have no row until a quarantine begins.
create table files.scans (
  blob       uuid primary key references log.blobs on delete cascade,
  stream     uuid not null,
  stored_at  timestamptz not null default clock_timestamp(),
  due_at     timestamptz not null default clock_timestamp(), -- when a node may scan it; later while one does
  attempts   integer not null default 0,
  error      text,                  -- of the last attempt
  verdict    text,                  -- null: not scanned; clean, infected, unscannable (the scanner could not look into all of it), erased
  signature  text,                  -- the scanner's name of what it found
  scanned_at timestamptz
);
create index scans_waiting on files.scans (due_at) where verdict is null;
grant select, insert, update on files.scans to sol_worker;
grant select, insert on files.scans to sol_definer;

-- Adds the row of a file that is stored.
-- +goose StatementBegin
create function files.await_scan() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into files.scans (blob, stream) values (new.id, new.stream);
  return null;
end
$$;
-- +goose StatementEnd
create trigger await_scan after insert on log.blobs for each row execute function files.await_scan();

-- Whether a file may be read: it was found clean, or was not scanned while there is no quarantine.
-- +goose StatementBegin
create function files.is_open(wanted uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  found_to_be text := (select s.verdict from files.scans s where s.blob = wanted);
begin
  return coalesce(found_to_be, '') = 'clean' or found_to_be is null and (select q.since is null from files.quarantine q);
end
$$;
-- +goose StatementEnd

-- The state of those files of a stream that may not be read: waiting, infected or unscannable.
-- +goose StatementBegin
create function files.closed(of_stream uuid, wanted uuid[]) returns table (blob uuid, state text, signature text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  if not log.may_read(of_stream) then
    return;
  end if;
  return query
    select w.id, coalesce(s.verdict, 'waiting'), s.signature
    from unnest(wanted) as w (id) left join files.scans s on s.blob = w.id and s.stream = of_stream
    where coalesce(s.verdict, '') not in ('clean', 'erased') and not files.is_open(w.id);
end
$$;
-- +goose StatementEnd

-- A blob that an event names of which the reader may know, and its key; null: it was destroyed. None that is in quarantine.
-- +goose StatementBegin
create or replace function log.read_blob(of_stream uuid, wanted uuid) returns table (sealed bytea, wrapped bytea)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  r access.signed_reader := access.reader();
begin
  if not log.may_read(of_stream) or not exists (
    select from log.events e
    where e.stream = of_stream and wanted = any (e.blobs) and (e.only_for is null or r.everything or e.only_for && r.tags)) then
    return;
  end if;
  return query
    select b.sealed, k.wrapped from log.blobs b join keys.keys k on k.id = b.id and k.stream = b.stream
    where b.id = wanted and b.stream = of_stream and (k.wrapped is null or files.is_open(b.id));
end
$$;
-- +goose StatementEnd

alter function files.await_scan() owner to sol_definer;
alter function files.is_open(uuid) owner to sol_definer;
alter function files.closed(uuid, uuid[]) owner to sol_definer;
revoke create on schema files from sol_definer;
revoke execute on function files.await_scan(), files.is_open(uuid), files.closed(uuid, uuid[]) from public;
grant execute on function files.closed(uuid, uuid[]) to sol_viewer;
