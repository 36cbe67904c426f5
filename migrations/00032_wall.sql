-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- The database checks who a read is for. A node signs the reader (setting app.reader of a transaction) with a key that sol_request may not
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
    if session_user not in ('sol_request', 'sol_append', 'sol_worker') then
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

-- Its parts. A policy asks «(select access.reader_tags())», so that it is computed once a query.
create function access.reader_role() returns text language sql stable parallel safe as $$ select (access.reader()).role $$;
create function access.reader_entity() returns text language sql stable parallel safe as $$ select (access.reader()).entity $$;
create function access.reader_account() returns text language sql stable parallel safe as $$ select (access.reader()).account $$;
create function access.reader_stream() returns uuid language sql stable parallel safe as $$ select (access.reader()).stream $$;
create function access.reader_everything() returns boolean language sql stable parallel safe as $$ select coalesce((access.reader()).everything, false) $$;
create function access.reader_tags() returns text[] language sql stable parallel safe as $$ select coalesce((access.reader()).tags, '{}') $$;

-- The events of a stream that the reader of the transaction may read; none of another stream, and none while its tags are missing or out of
-- date. An event that the reader may not know of has no personal part.
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
  select * into s from log.streams t where t.id = wanted;
  if not found or not coalesce(r.everything, false) and not coalesce(r.stream = wanted, false)
      and not coalesce(s.readers && r.tags and s.readers_version = s.version, false) then
    return;
  end if;
  return query
    select e.position, e.stream, s.kind, e.version, e.type, e.recorded_at, e.actor, e.role, e.entity, e.act, coalesce(e.cause, 0), e.data,
      case when o.known then e.sealed end, case when o.known then e.key end, e.blobs, e.readers, e.only_for, e.hash, k.wrapped
    from log.events e
      cross join lateral (select e.only_for is null or r.everything or e.only_for && r.tags) as o (known)
      left join keys.keys k on k.id = e.key and o.known
    where e.stream = wanted order by e.version;
end
$$;
-- +goose StatementEnd
revoke execute on function log.read_stream from public;
grant execute on function log.read_stream to sol_request;

grant usage, create on schema access, log to sol_definer;
grant usage on schema keys to sol_definer;
grant select on access.reader_key, log.streams, log.events, log.blobs, keys.keys to sol_definer;
alter function access.reader owner to sol_definer;
alter function log.read_stream owner to sol_definer;
revoke create on schema access, log from sol_definer;
