-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Earlier versions of keys end at a moment, rows get hashes of a new version, and uses of the keys at the command line are recorded
-- (docs/decisions/0083).

-- +goose Up

set local lock_timeout = '5s';

-- ends_at: from when a version is not accepted any more; null: when it is destroyed. The version in use and later ones are accepted all the same.
-- applied_at: when all rows that hold hashes of the purpose held those of this version.
alter table keys.hash_keys add column ends_at timestamptz, add column applied_at timestamptz;
grant update (ends_at, applied_at) on keys.hash_keys to sol_append;

-- The version of each purpose with which a node makes hashes. Nodes of the release before do not tell.
alter table keys.nodes add column used jsonb not null default '{}';

-- Uses of the master key, and changes of keys, by people at the command line.
create table security.key_uses (
  id      bigint generated always as identity primary key,
  at      timestamptz not null default clock_timestamp(),
  act     text not null check (act <> ''), -- a kind of security event, key.…
  key     text not null,                   -- purpose of a key of hashes, and its version; '': the master key
  person  text not null check (person <> ''), -- user of the operating system
  machine text not null,
  address text not null,                   -- of the ssh client; '': none
  command text not null
);
create index key_uses_at on security.key_uses (at);
grant select, insert (act, key, person, machine, address, command) on security.key_uses to sol_worker;

-- +goose StatementBegin
create function security.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'security.key_uses is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end
$$;
-- +goose StatementEnd
revoke execute on function security.refuse_change from public;
create trigger append_only before update or delete on security.key_uses for each row execute function security.refuse_change();
create trigger never_emptied before truncate on security.key_uses for each statement execute function security.refuse_change();

-- What auditors of all entities and administrators see of keys: no key, not even a wrapped one.
create function access.reader_keys() returns boolean language sql stable parallel safe as $$
  select coalesce(r.everything or r.role = 'amministratore' and r.account <> '', false) from access.reader() r $$;
-- +goose StatementBegin
do $$
declare
  name text;
begin
  foreach name in array array['keys.hash_keys', 'keys.masters', 'security.key_uses'] loop
    execute format('alter table %s enable row level security, force row level security', name);
    execute format('create policy owner on %s to current_user using (true) with check (true)', name);
    execute format('create policy viewer on %s for select to sol_request using ((select access.reader_keys()))', name);
  end loop;
end
$$;
-- +goose StatementEnd
create policy nodes on keys.hash_keys to sol_append using (true) with check (true);
create policy nodes on keys.masters to sol_append using (true) with check (true);
create policy nodes on security.key_uses to sol_worker using (true) with check (true);
create view shown.key_versions as
  select purpose, version, created_at, active_at, ends_at, destroyed_at from keys.hash_keys where (select access.has_reader());
create view shown.master_keys as
  select encode(substring(value for 8), 'hex') as id, version, added_at from keys.masters where (select access.has_reader());
call access.show('security.key_uses');
grant select (purpose, version, created_at, active_at, ends_at, destroyed_at) on keys.hash_keys to sol_request;
grant select on keys.masters, security.key_uses to sol_request;
alter view shown.key_versions owner to sol_request;
alter view shown.master_keys owner to sol_request;
grant select on shown.key_versions, shown.master_keys to sol_viewer;
-- The planner takes no samples of their texts.
alter table keys.hash_keys alter column purpose set statistics 0;
alter table security.key_uses alter column act set statistics 0, alter column key set statistics 0, alter column person set statistics 0,
  alter column machine set statistics 0, alter column address set statistics 0, alter column command set statistics 0;
