-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Person ids, keys of hashes with versions, and lists by person id.

-- +goose Up

-- The master keys that wrapped keys of this log, by their check value. The one with the highest version wraps new keys.
create table keys.masters (
  value    bytea primary key,
  version  integer not null unique check (version > 0),
  added_at timestamptz not null default clock_timestamp()
);
insert into keys.masters (value, version) select value, 1 from keys.master;

-- The keys of keyed hashes, by purpose, wrapped by a master key. A destroyed key stays as a row without the key.
create table keys.hash_keys (
  purpose      text not null check (purpose <> ''),
  version      integer not null check (version > 0),
  wrapped      bytea,
  created_at   timestamptz not null default clock_timestamp(),
  destroyed_at timestamptz,
  primary key (purpose, version),
  check ((wrapped is null) = (destroyed_at is not null))
);

grant select, insert on keys.masters, keys.hash_keys to sol_append;
grant update (wrapped, destroyed_at) on keys.hash_keys to sol_append;
grant update (value) on keys.master to sol_append;

-- The directory of persons: it leads from the keyed hash of a tax code to the random id that events hold. Deleting the rows of a person
-- leaves nothing that leads from the tax code to the events.
create schema person;

create table person.directory (
  key_version integer not null, -- of the key of the hash
  hash        bytea not null,
  person      uuid not null,
  primary key (key_version, hash)
);
create index directory_person on person.directory (person);

-- random_ids: new persons get random ids and ticket.opened.v2 is written. A log that holds events begins without: nodes of the release
-- before know neither.
create table person.settings (
  singleton  boolean primary key default true check (singleton),
  random_ids boolean not null
);
insert into person.settings (random_ids) select not exists (select from log.events);

-- The person id for a subject of ticket.opened.v1, which is a hash in hex. Other texts stay as they are. Go: person.IDFromSubject.
-- +goose StatementBegin
create function person.id_of(subject text) returns text language sql immutable strict parallel safe as $$
  select case when length(subject) = 64
    then substr(subject, 1, 8) || '-' || substr(subject, 9, 4) || '-8' || substr(subject, 14, 3) || '-'
      || translate(substr(subject, 17, 1), '0123456789abcdef', '89ab89ab89ab89ab') || substr(subject, 18, 3) || '-' || substr(subject, 21, 12)
    else subject end
$$;
-- +goose StatementEnd

-- The person id of a tax code, which is given as its hashes by each version of the key, the oldest first. A new person gets an id. Nodes
-- that call it at the same time get the same id: the first row that is inserted decides. random is false while ticket.opened.v1 is written.
-- +goose StatementBegin
create function person.assign(versions integer[], hashes bytea[], out id uuid, out random boolean) language plpgsql as $$
declare
  known uuid;
begin
  select random_ids into strict random from person.settings;
  id := case when random then gen_random_uuid() else person.id_of(encode(hashes[array_position(versions, 1)], 'hex'))::uuid end;
  for i in 1 .. cardinality(versions) loop
    loop
      insert into person.directory (key_version, hash, person) values (versions[i], hashes[i], id) on conflict do nothing;
      select person into known from person.directory where key_version = versions[i] and hash = hashes[i];
      exit when found; -- otherwise it was deleted meanwhile
    end loop;
    id := known;
  end loop;
end
$$;
-- +goose StatementEnd

-- The person id of a tax code; null for a person who has none.
-- +goose StatementBegin
create function person.find(versions integer[], hashes bytea[]) returns uuid language sql stable as $$
  select coalesce(
    (select d.person from person.directory d join unnest(versions, hashes) as h (key_version, hash) using (key_version, hash)
     order by d.key_version desc limit 1),
    (select person.id_of(encode(hashes[array_position(versions, 1)], 'hex'))::uuid from person.settings where not random_ids))
$$;
-- +goose StatementEnd

grant usage on schema person to sol_append, sol_worker, sol_request;
grant select, insert, update, delete on person.directory to sol_worker;
grant select, update on person.settings to sol_worker;

alter table identity.accounts add column person uuid unique; -- of a verified citizen; takes the place of subject

-- Version 2 of the lists: the person id in place of the keyed hash.
create table read.tickets_v2 (
  id         uuid not null,
  entity     text not null,   -- competent
  traces     text[] not null, -- entities that had it and keep a read-only trace
  citizen    text not null,   -- account of the verified citizen; '' for none
  number     text collate "C" not null,
  status     text not null,
  assignee   text not null,   -- account of the operator, 'supervisori', or ''
  person     text not null,   -- person id of the requester; '' once erased
  requester  text collate read.italian not null, -- family name, given name
  opened_at  timestamptz not null,
  updated_at timestamptz not null,
  version    integer not null, -- of the ticket
  position   bigint not null,  -- of its last event
  said_until timestamptz not null, -- when the last of the words in folded may be read by all who see the ticket
  folded     jsonb not null,   -- state of the fold; its words are those that every operator who sees the ticket may read
  search     tsvector not null generated always as (
    to_tsvector('pg_catalog.italian', folded ->> 'form')
    || to_tsvector('pg_catalog.italian', jsonb_path_query_array(folded, '$.said[*].text'))
  ) stored
);
create table read.queue_counts_v2 (like read.queue_counts_v1 including defaults);
create table read.timeline_v2 (like read.timeline_v1 including defaults);

-- +goose StatementBegin
create procedure read.dress_tickets_v2(suffix text) language plpgsql as $$
declare
  tickets  text := 'tickets_v2' || suffix;
  counts   text := 'queue_counts_v2' || suffix;
  timeline text := 'timeline_v2' || suffix;
  part     text;
begin
  execute format('alter table read.%I add primary key (id)', tickets);
  execute format('alter table read.%I add primary key (entity, person, queue)', counts);
  execute format('alter table read.%I add primary key (position)', timeline);
  foreach part in array array[
    '(number)', '(entity, status, updated_at)', '(entity, updated_at, id)', '(entity, opened_at, id)', '(entity, number)',
    '(updated_at, id)', '(opened_at, id)', '(status, updated_at, id)',
    '(person)', '(assignee) where assignee <> ''''', '(citizen) where citizen <> ''''',
    '(updated_at) where traces <> ''{}'' and status <> ''chiuso''',
    '(opened_at, id) where traces <> ''{}'' and status <> ''chiuso''',
    '(entity, opened_at, id) where status in (''nuovo'', ''non_di_competenza'') or status = ''in_lavorazione'' and assignee = '''' ',
    'using gin (traces) where traces <> ''{}'' and status <> ''chiuso''',
    'using gin (search)', 'using gin (search, array_append(traces, entity))',
    '(updated_at, id) where status <> ''chiuso'' and folded -> ''state'' -> ''Handover'' ->> ''Ground''
      in (''sistemi_non_disponibili'', ''urgenza'', ''richiesta_della_regione'', ''caso_non_previsto'')']
  loop
    execute format('create index on read.%I %s', tickets, part);
  end loop;
  execute format('create index on read.%I (count) where count = 0', counts);
  execute format('create index on read.%I (citizen_at) where citizen_at > at', timeline);
  -- Samples of the planner would outlive an erasure, so it takes none of personal data.
  foreach part in array array['person', 'requester', 'folded', 'search'] loop
    execute format('alter table read.%I alter column %I set statistics 0', tickets, part);
  end loop;

  foreach part in array array[tickets, counts, timeline] loop
    execute format('alter table read.%I owner to sol_worker', part);
    execute format('alter table read.%I enable row level security', part);
    execute format('alter table read.%I force row level security', part);
    execute format('create policy worker on read.%I to sol_worker using (true) with check (true)', part);
    execute format('grant select on read.%I to sol_request', part);
  end loop;
  execute format('create policy viewer on read.%I for select to sol_request '
    'using (read.may_see_v1(entity, traces, citizen))', tickets);
  execute format('create policy viewer on read.%I for select to sol_request '
    'using (read.may_count_v1(entity, person))', counts);
  execute format('create policy viewer on read.%I for select to sol_request '
    'using (read.may_see_v1('''', entities, citizen))', timeline);
end
$$;
-- +goose StatementEnd
call read.dress_tickets_v2('');

-- +goose StatementBegin
create function read.handed_over_v2(at text, most integer) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  place text := current_setting('app.entity', true);
begin
  return query select t.id from read.tickets_v2 t
    where read.may_see_v1('', array[place], '')
      and t.traces @> array[place] and t.traces <> '{}' and t.entity <> place and at in ('', t.entity) and t.status <> 'chiuso' limit most;
end
$$;
-- +goose StatementEnd
alter function read.handed_over_v2 owner to sol_worker;
revoke execute on function read.handed_over_v2 from public;
grant execute on function read.handed_over_v2 to sol_request;

-- At most so many of the tickets that the viewer may see and that match Italian words, the beginning of a number, or a person id; ''
-- matches nothing.
-- +goose StatementBegin
create function read.search_tickets_v4(words text, beginning text, wanted text, as_of timestamptz, most integer) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  asked tsquery := websearch_to_tsquery('pg_catalog.italian', words);
  place text := current_setting('app.entity', true);
begin
  return query select t.id from read.tickets_v2 t
    where wanted <> '' and t.person = wanted and read.may_see_v1(t.entity, t.traces, t.citizen) limit most;
  return query select t.id from read.tickets_v2 t
    where beginning <> '' and t.number >= beginning and t.number < beginning || ':' -- ':' comes after '9'
      and read.may_see_v1(t.entity, t.traces, t.citizen) limit most;
  if words = '' then
    return;
  elsif current_setting('app.role', true) = 'cittadino' then
    return query select t.id from read.tickets_v2 t
      where t.citizen <> '' and t.citizen = current_setting('app.person', true) and read.may_see_v1(t.entity, t.traces, t.citizen)
        and t.search @@ asked and (t.said_until <= as_of or read.said_v1(t.folded, asked, as_of)) limit most;
  elsif place <> '' then
    return query select t.id from read.tickets_v2 t
      where t.search @@ asked and array_append(t.traces, t.entity) @> array[place] and read.may_see_v1(t.entity, t.traces, t.citizen)
        and (t.said_until <= as_of or read.said_v1(t.folded, asked, as_of)) limit most;
  else
    return query select t.id from read.tickets_v2 t
      where t.search @@ asked and read.may_see_v1(t.entity, t.traces, t.citizen)
        and (t.said_until <= as_of or read.said_v1(t.folded, asked, as_of)) limit most;
  end if;
end
$$;
-- +goose StatementEnd
alter function read.search_tickets_v4 owner to sol_worker;
revoke execute on function read.search_tickets_v4 from public;
grant execute on function read.search_tickets_v4 to sol_request;
