-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- The database checks who a read is for. A node signs the reader (setting app.reader of a transaction) with a key that sol_viewer may not
-- read; policies and functions ask access.reader_*(). See docs/decisions/0071.

-- +goose Up

set local lock_timeout = '5s';

-- The key of signed readers, and the key as HMAC pads it.
create table access.reader_key (
  singleton boolean primary key default true check (singleton),
  key       bytea not null check (length(key) = 64),
  inner_pad bytea not null,
  outer_pad bytea not null
);
-- +goose StatementBegin
do $$
declare
  key       bytea := '';
  inner_pad bytea := decode(repeat('36', 64), 'hex');
  outer_pad bytea := decode(repeat('5c', 64), 'hex');
begin
  for part in 1 .. 2 loop -- each from 488 random bits
    key := key || sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
  end loop;
  for n in 0 .. 63 loop
    inner_pad := set_byte(inner_pad, n, get_byte(inner_pad, n) # get_byte(key, n));
    outer_pad := set_byte(outer_pad, n, get_byte(outer_pad, n) # get_byte(key, n));
  end loop;
  insert into access.reader_key (key, inner_pad, outer_pad) values (key, inner_pad, outer_pad);
end
$$;
-- +goose StatementEnd
grant usage on schema access to sol_append;
grant select on access.reader_key to sol_append;

-- Who a read is for.
create type access.signed_reader as (
  role       text,
  entity     text,
  account    text,
  stream     uuid,    -- the one to which the reader has a link
  everything boolean, -- the reader may read all streams
  tags       text[]   -- reader tags of the streams that the reader may read
);

-- The reader of the transaction. Nulls without one: a policy is then not fulfilled. An error for a reader that was not signed with the key,
-- or whose signature is older than a minute when the transaction begins. Nodes of the release before log in as the owner and set app.role,
-- app.entity and app.person without a signature: these count for such a session alone.
-- +goose StatementBegin
create function access.reader() returns access.signed_reader
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
declare
  signed text := current_setting('app.reader', true);
  known  access.reader_key;
  fields text[];
  r      access.signed_reader;
begin
  if coalesce(signed, '') = '' then
    if pg_has_role(session_user, 'sol_request', 'member') then
      r.role := current_setting('app.role', true);
      r.entity := current_setting('app.entity', true);
      r.account := current_setting('app.person', true);
      r.everything := r.role = 'auditor';
    end if;
    return r;
  end if;
  select * into strict known from access.reader_key;
  if left(signed, 64) <> encode(sha256(known.outer_pad || sha256(known.inner_pad || convert_to(substr(signed, 65), 'UTF8'))), 'hex') then
    raise exception 'the reader of the transaction is not signed' using errcode = 'invalid_authorization_specification';
  end if;
  fields := string_to_array(substr(signed, 65), E'\n');
  if abs(extract(epoch from now()) * 1000000 - fields[1]::bigint) > 60000000 then
    raise exception 'the reader of the transaction was signed at another time' using errcode = 'invalid_authorization_specification';
  end if;
  r.role := fields[2];
  r.entity := fields[3];
  r.account := fields[4];
  r.stream := nullif(fields[5], '')::uuid;
  r.everything := fields[6]::boolean;
  r.tags := fields[7:];
  return r;
end
$$;
-- +goose StatementEnd

-- Its parts. A policy asks «(select access.reader_tags())», so that it is computed once a query. An empty entity or account is null: it equals no
-- column.
create function access.has_reader() returns boolean language sql stable parallel safe as $$ select (access.reader()).role is not null $$;
create function access.reader_role() returns text language sql stable parallel safe as $$ select (access.reader()).role $$;
create function access.reader_entity() returns text language sql stable parallel safe as $$ select nullif((access.reader()).entity, '') $$;
create function access.reader_account() returns text language sql stable parallel safe as $$ select nullif((access.reader()).account, '') $$;
create function access.reader_stream() returns uuid language sql stable parallel safe as $$ select (access.reader()).stream $$;
create function access.reader_everything() returns boolean language sql stable parallel safe as $$ select coalesce((access.reader()).everything, false) $$;
create function access.reader_tags() returns text[] language sql stable parallel safe as $$ select coalesce((access.reader()).tags, '{}') $$;

-- Functions with the rights of their owner return before they read a table when there is no reader: the statistics of the transaction would tell its
-- connection how many rows they read.

-- The events of a stream that the reader of the transaction may read; none of another stream, and none while its tags are missing or out of
-- date. An event that the reader may not know of has no personal part. The personal part of some events is the reason of an act alone: it is for
-- the entity of who gave it, that of a recall for the Region too.
-- +goose StatementBegin
create function log.read_stream(wanted uuid) returns table (
  "position" bigint, stream uuid, kind text, version integer, type text, recorded_at timestamptz, actor text, role text, entity text, act uuid,
  cause bigint, data bytea, sealed bytea, key uuid, blobs uuid[], readers text[], only_for text[], hash bytea, wrapped bytea
) language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  r access.signed_reader := access.reader();
  s log.streams;
begin
  if r.role is null then
    return;
  end if;
  select * into s from log.streams t where t.id = wanted;
  if not found or not coalesce(r.everything, false) and not coalesce(r.stream = wanted, false)
      and not coalesce(s.readers && r.tags and s.readers_version = s.version, false) then
    return;
  end if;
  return query
    select e.position, e.stream, s.kind, e.version, e.type, e.recorded_at, e.actor, e.role, e.entity, e.act, coalesce(e.cause, 0), e.data,
      case when o.known then e.sealed end, case when o.known then e.key end, e.blobs, e.readers, e.only_for, e.hash, k.wrapped
    from log.events e
      cross join lateral (select case
        when r.everything then true
        when e.only_for is not null then e.only_for && r.tags
        when e.type in ('ticket.resumed.v1', 'ticket.reopened.v1', 'ticket.recalled.v1', 'ticket.links-revoked.v1', 'ticket.access-restricted.v1',
            'ticket.restriction-lifted.v1')
          then 'entity/' || e.entity = any (r.tags) or e.type = 'ticket.recalled.v1' and 'entity/regione' = any (r.tags)
        else true
      end) as o (known)
      left join keys.keys k on k.id = e.key and o.known
    where e.stream = wanted order by e.version;
end
$$;
-- +goose StatementEnd

-- Whether the reader of the transaction may read a stream. Functions ask it once for each stream that they return something of.
-- +goose StatementBegin
create function log.may_read(wanted uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  r access.signed_reader := access.reader();
begin
  if r.role is null then
    return false;
  end if;
  return coalesce(r.everything, false) or coalesce(r.stream = wanted, false)
    or exists (select from log.streams s where s.id = wanted and s.readers && r.tags and s.readers_version = s.version);
end
$$;
-- +goose StatementEnd

-- What the leaves of a stream are computed from, to a reader who may read it: sealed parts as they are stored, without any key.
-- +goose StatementBegin
create function log.read_leaves(wanted uuid) returns table (
  "position" bigint, version integer, type text, recorded_at timestamptz, actor text, role text, entity text, act uuid, cause bigint, data bytea,
  sealed bytea, key uuid, blobs uuid[], readers text[], only_for text[]
) language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  if log.may_read(wanted) then
    return query
      select e.position, e.version, e.type, e.recorded_at, e.actor, e.role, e.entity, e.act, coalesce(e.cause, 0), e.data, e.sealed, e.key, e.blobs,
        e.readers, e.only_for
      from log.events e where e.stream = wanted order by e.version;
  end if;
end
$$;
-- +goose StatementEnd

-- A blob that an event names of which the reader may know, and its key; null: it was destroyed.
-- +goose StatementBegin
create function log.read_blob(of_stream uuid, wanted uuid) returns table (sealed bytea, wrapped bytea)
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
    select b.sealed, k.wrapped from log.blobs b join keys.keys k on k.id = b.id and k.stream = b.stream where b.id = wanted and b.stream = of_stream;
end
$$;
-- +goose StatementEnd

-- The names of the staff, and that of the reader; those of all accounts to readers of everything and administrators. Nothing else of an account.
-- +goose StatementBegin
create function identity.names(wanted uuid[]) returns table (id uuid, name text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  r access.signed_reader := access.reader();
begin
  if r.role is null then
    return;
  end if;
  return query
    select a.id, a.given_name || ' ' || a.family_name from identity.accounts a
    where a.id = any (wanted) and (r.everything or r.role = 'amministratore' or a.id::text = r.account or r.role is not null and r.role not in ('', 'cittadino', 'anonimo') and exists (
      select from identity.placements p where p.account = a.id and p.role <> 'cittadino'));
end
$$;
-- +goose StatementEnd

-- The reader's draft on a ticket that the reader may read, and the key of the ticket; null: it was destroyed.
-- +goose StatementBegin
create function draft.read(of_ticket uuid) returns table (sealed bytea, at timestamptz, wrapped bytea)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  r access.signed_reader := access.reader();
begin
  if not log.may_read(of_ticket) then
    return;
  end if;
  return query
    select d.sealed, d.at, k.wrapped from draft.drafts d join keys.keys k on k.id = d.ticket and k.stream = d.ticket
    where d.account::text = r.account and d.ticket = of_ticket and d.sealed is not null;
end
$$;
-- +goose StatementEnd

-- The others who have a ticket open that the reader may read.
-- +goose StatementBegin
create function presence.others(of_ticket uuid, present_for interval) returns table (account uuid, name text, entity text, writing boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  r access.signed_reader := access.reader();
begin
  if coalesce(r.role, 'cittadino') = 'cittadino' or not log.may_read(of_ticket) then
    return;
  end if;
  return query
    select p.account, a.given_name || ' ' || a.family_name, p.entity, p.writing_until > clock_timestamp()
    from presence.readers p left join identity.accounts a on a.id = p.account
    where p.ticket = of_ticket and p.account::text <> r.account and p.seen_at > clock_timestamp() - present_for
    order by 4 desc, 1;
end
$$;
-- +goose StatementEnd

-- Of tickets that the reader may read, those that an account opened at a version or later.
-- +goose StatementBegin
create function notice.opened_since(tickets uuid[], accounts text[], versions integer[]) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not access.has_reader() then
    return;
  end if;
  return query
    select o.ticket from notice.opened o join unnest(tickets, accounts, versions) as u (ticket, account, version)
      on o.ticket = u.ticket and o.account = u.account and o.version >= u.version
    where log.may_read(o.ticket);
end
$$;
-- +goose StatementEnd

grant usage, create on schema access, log, identity, draft, presence, notice to sol_definer;
grant usage on schema keys to sol_definer;
grant select on access.reader_key, log.streams, log.events, log.blobs, keys.keys, draft.drafts, presence.readers, notice.opened to sol_definer;
grant select (id, given_name, family_name) on identity.accounts to sol_definer;
grant select (account, role) on identity.placements to sol_definer;
create policy definer on notice.opened for select to sol_definer using (true);
-- +goose StatementBegin
do $$
declare
  part text;
begin
  foreach part in array array['access.reader()', 'log.read_stream(uuid)', 'log.may_read(uuid)', 'log.read_leaves(uuid)', 'log.read_blob(uuid, uuid)', 'identity.names(uuid[])',
    'draft.read(uuid)', 'presence.others(uuid, interval)', 'notice.opened_since(uuid[], text[], integer[])']
  loop
    execute format('alter function %s owner to sol_definer', part);
    if part <> 'access.reader()' then
      execute format('revoke execute on function %s from public', part);
      execute format('grant execute on function %s to sol_viewer', part);
    end if;
  end loop;
end
$$;
-- +goose StatementEnd
revoke create on schema access, log, identity, draft, presence, notice from sol_definer;
grant usage on schema access, log, read, identity, person, draft, presence, notice to sol_viewer; -- of its functions: no table there with a person is granted
grant select on log.logs, log.consumers, log.epochs to sol_viewer;

-- Policies ask the signed reader. Each sub-select is computed once a query.

-- The entity whose operators' rows the reader may see; null: none.
create function access.reader_office() returns text language sql stable parallel safe as $$
  select case when r.role in ('operatore_asr', 'supervisore_asr', 'operatore_regionale', 'supervisore_regionale', 'auditor', 'responsabile_protezione_dati')
    then nullif(r.entity, '') end from access.reader() r $$;
-- The account of the citizen who reads; null for others.
create function access.reader_citizen() returns text language sql stable parallel safe as $$
  select case when r.role = 'cittadino' then nullif(r.account, '') end from access.reader() r $$;
-- The entity whose figures the reader may see, and whether the reader may see those of all.
create function access.reader_figures() returns text language sql stable parallel safe as $$
  select case when r.role in ('supervisore_asr', 'auditor', 'responsabile_protezione_dati') then nullif(r.entity, '') end from access.reader() r $$;
create function access.reader_all_figures() returns boolean language sql stable parallel safe as $$
  select coalesce(r.everything or r.role = 'supervisore_regionale' and r.entity = 'regione', false) from access.reader() r $$;

alter policy viewer on read.standings_v1 using (coalesce((select access.reader_all_figures()) or (select access.reader_figures()) = entity, false));
alter policy viewer on read.deeds_v1 using (coalesce((select access.reader_all_figures()) or (select access.reader_figures()) in (entity, other), false));
-- +goose StatementBegin
do $$
declare
  body text := pg_get_functiondef('read.dress_figures_v1(text)'::regprocedure);
  changed text := replace(replace(body,
    'read.may_figure_v1(entity, '''''''')', 'coalesce((select access.reader_all_figures()) or (select access.reader_figures()) = entity, false)'),
    'read.may_figure_v1(entity, other)', 'coalesce((select access.reader_all_figures()) or (select access.reader_figures()) in (entity, other), false)');
begin
  if changed like '%may_figure%' or changed = body then
    raise exception 'the policies of figures were not found in read.dress_figures_v1';
  end if;
  execute changed;
end
$$;
-- +goose StatementEnd

alter policy viewer on notice.notices using (coalesce(case
  when audience = 'citizen' then person = (select access.reader_citizen())
  when entity is distinct from (select access.reader_office()) or entity = '' then false
  when (select access.reader_role()) not in ('operatore_asr', 'supervisore_asr', 'operatore_regionale', 'supervisore_regionale') then false
  when audience = 'operator' then person = (select access.reader_account())
  when audience = 'supervisors' and (select access.reader_role()) not in ('supervisore_asr', 'supervisore_regionale') then false
  else audience in ('operators', 'supervisors') and by <> (select access.reader_account())
end, false));
alter policy viewer on notice.marks using (person = (select access.reader_account()));
alter table notice.notices force row level security;
alter table notice.marks force row level security;
alter table notice.opened force row level security;

alter policy auditor on access.reads using ((select access.reader_everything()));
alter policy auditor on access.searches using ((select access.reader_everything()));
alter policy auditor on access.logins using ((select access.reader_everything()));
alter table access.reads force row level security;
alter table access.logins force row level security;
alter table access.searches force row level security;
create policy owner on access.searches to current_user using (true) with check (true); -- functions of the release before insert as the owner

-- Requests read tables through views that belong to sol_request, so by its policies. Postgres computes leakproof conditions of a statement
-- before a policy, and their answers would show, but not before the condition of a view that names no column: without a reader it touches no row.
create schema shown;
grant usage on schema shown to sol_viewer;
grant usage, create on schema shown to sol_request;

-- Makes the view shown.NAME of a table.
-- +goose StatementBegin
create procedure access.show(shown regclass) language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  name text := (select relname from pg_class where oid = shown);
begin
  execute format('create view shown.%I as select * from %s where (select access.has_reader())', name, shown);
  execute format('alter view shown.%I owner to sol_request', name);
  execute format('grant select on shown.%I to sol_viewer', name);
end
$$;
-- +goose StatementEnd
revoke execute on procedure access.show from public;
call access.show('read.standings_v1');
call access.show('read.deeds_v1');
call access.show('notice.notices');
call access.show('notice.marks');
call access.show('access.reads');
call access.show('access.searches');
call access.show('access.logins');

-- Nodes of the release before ask it when they mark notifications: it asks the reader of the transaction as the policies do.
create or replace function notice.may_read(audience text, entity text, person text, by text) returns boolean
language sql stable parallel safe as $$
  select coalesce(case
    when r.role in ('operatore_asr', 'supervisore_asr', 'operatore_regionale', 'supervisore_regionale')
      then entity <> '' and entity = r.entity and case audience
        when 'operator' then person = r.account
        when 'operators' then by <> r.account
        when 'supervisors' then by <> r.account and r.role in ('supervisore_asr', 'supervisore_regionale')
        else false end
    when r.role = 'cittadino' then audience = 'citizen' and person <> '' and person = r.account
  end, false) from access.reader() r
$$;

-- +goose StatementBegin
do $$
declare
  part record;
begin
  -- A function with the rights of its owner finds no type of a temporary schema before those of Postgres.
  for part in
    select oid::regprocedure as name from pg_proc
    where prosecdef and pronamespace::regnamespace::text !~ '^pg_' and proconfig::text ~ 'search_path=pg_catalog[,"}]'
  loop
    execute format('alter function %s set search_path = pg_catalog, pg_temp', part.name);
  end loop;
  -- No login leaves temporary objects on a connection for the next who uses it.
  execute format('revoke temporary on database %I from public', current_database());
end
$$;
-- +goose StatementEnd
