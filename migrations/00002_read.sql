-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- What people see in lists: folds of the log, each row with who may see it. Everything here can be built again from
-- the log. The tables belong to sol_worker, which replaces them by rename; sol_request reads them through row-level
-- security that shows nothing unless app.role, app.entity and app.person say who asks.

-- +goose Up

create schema read;
grant usage, create on schema read to sol_worker;
grant usage on schema read to sol_request;

create collation read.italian (provider = icu, locale = 'it-IT');

-- Who may see a ticket: the one predicate of the policy and of search, which runs as the owner because full-text
-- operators are not leakproof and would lose their index behind a policy. No setting, an empty one or an unknown role
-- sees nothing.
create function read.may_see_v1(entity text, traces text[], citizen text) returns boolean
language sql stable parallel safe as $$
  select coalesce(case
    when current_setting('app.role', true) in
      ('operatore_asr', 'supervisore_asr', 'operatore_regionale', 'supervisore_regionale')
      then current_setting('app.entity', true) <> ''
        and (entity = current_setting('app.entity', true) or current_setting('app.entity', true) = any (traces))
    when current_setting('app.role', true) = 'auditor' then true
    when current_setting('app.role', true) = 'cittadino'
      then citizen <> '' and citizen = current_setting('app.person', true)
  end, false)
$$;

-- Who may see a count: operators those of their entity and their own, the auditor those over all, a citizen their own.
create function read.may_count_v1(entity text, person text) returns boolean
language sql stable parallel safe as $$
  select coalesce(case
    when current_setting('app.role', true) in
      ('operatore_asr', 'supervisore_asr', 'operatore_regionale', 'supervisore_regionale')
      then entity <> '' and entity = current_setting('app.entity', true)
        and person in ('', current_setting('app.person', true))
    when current_setting('app.role', true) = 'auditor' then entity = '' and person = ''
    when current_setting('app.role', true) = 'cittadino'
      then entity = '' and person <> '' and person = current_setting('app.person', true)
  end, false)
$$;

create table read.tickets_v1 (
  id         uuid not null,
  entity     text not null,   -- competent
  traces     text[] not null, -- entities that had it and keep a read-only trace
  citizen    text not null,   -- account of the verified citizen; '' for none
  number     text collate "C" not null,
  status     text not null,
  assignee   text not null,   -- account of the operator, 'supervisori', or ''
  subject    text not null,   -- keyed hash of the requester's codice fiscale; '' once erased
  requester  text collate read.italian not null, -- family name, given name
  opened_at  timestamptz not null,
  updated_at timestamptz not null,
  version    integer not null, -- of the ticket
  position   bigint not null,  -- of its last event
  said_until timestamptz not null, -- when the last of the words in folded may be read by all who see the ticket
  folded     jsonb not null,   -- the fold's memory; its words are those that every operator who sees the ticket may read
  search     tsvector not null generated always as (
    to_tsvector('pg_catalog.italian', folded ->> 'form')
    || to_tsvector('pg_catalog.italian', jsonb_path_query_array(folded, '$.said[*].text'))
  ) stored
);

-- Kept from each row's before and after, never counted.
create table read.queue_counts_v1 (
  entity text not null, -- '' for the auditor's and for citizens'
  person text not null, -- '' for an entity's
  queue  text not null,
  count  bigint not null
);

-- One row an event: that a ticket changed, and who may know from when.
create table read.timeline_v1 (
  position     bigint not null,
  ticket       uuid not null,
  type         text not null,
  at           timestamptz not null,
  author       text not null,   -- entity of the actor, which knows at once
  entities     text[] not null,
  entities_at  timestamptz not null,
  citizen      text not null,   -- '' for none
  citizen_at   timestamptz not null
);

-- Indexes, owner, policies and grants of the tables, also of those that a rebuild has just filled: their names end
-- in suffix.
-- +goose StatementBegin
create procedure read.dress_tickets_v1(suffix text) language plpgsql as $$
declare
  tickets  text := 'tickets_v1' || suffix;
  counts   text := 'queue_counts_v1' || suffix;
  timeline text := 'timeline_v1' || suffix;
  part     text;
begin
  execute format('alter table read.%I add primary key (id)', tickets);
  execute format('alter table read.%I add primary key (entity, person, queue)', counts);
  execute format('alter table read.%I add primary key (position)', timeline);
  foreach part in array array[
    '(number)', '(entity, status, updated_at)', '(entity, updated_at, id)', '(entity, opened_at, id)',
    '(updated_at, id)', '(subject)', '(assignee) where assignee <> ''''', '(citizen) where citizen <> ''''',
    '(updated_at) where traces <> ''{}'' and status <> ''chiuso''']
  loop
    execute format('create index on read.%I %s', tickets, part);
  end loop;
  execute format('create index on read.%I using gin (search)', tickets);
  execute format('create index on read.%I (count) where count = 0', counts);
  -- The planner's samples of a column outlive an erasure: of a person's data it takes none.
  foreach part in array array['subject', 'requester', 'folded', 'search'] loop
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
call read.dress_tickets_v1('');

-- The tickets that the viewer may see and that were asked for by words in Italian, by the beginning of a number, or by
-- the keyed hash of a codice fiscale; '' asks for nothing. Words of a note that is still held find nothing.
-- +goose StatementBegin
create function read.search_tickets_v1(words text, beginning text, hashed text, as_of timestamptz) returns setof uuid
language sql stable security definer set search_path = pg_catalog as $$
  select t.id from read.tickets_v1 t
  where words <> '' and t.search @@ websearch_to_tsquery('pg_catalog.italian', words)
    and read.may_see_v1(t.entity, t.traces, t.citizen)
    and (t.said_until <= as_of
      or to_tsvector('pg_catalog.italian', t.folded ->> 'form') || to_tsvector('pg_catalog.italian', coalesce((
        select string_agg(s ->> 'text', ' ') from jsonb_array_elements(t.folded -> 'said') s
        where (s ->> 'from')::timestamptz <= as_of), '')) @@ websearch_to_tsquery('pg_catalog.italian', words))
  union
  select t.id from read.tickets_v1 t
  where beginning <> '' and t.number >= beginning and t.number < beginning || ':' -- ':' comes after '9'
    and read.may_see_v1(t.entity, t.traces, t.citizen)
  union
  select t.id from read.tickets_v1 t
  where hashed <> '' and t.subject = hashed
    and read.may_see_v1(t.entity, t.traces, t.citizen)
$$;
-- +goose StatementEnd
alter function read.search_tickets_v1 owner to sol_worker;
revoke execute on function read.search_tickets_v1 from public;
grant execute on function read.search_tickets_v1 to sol_request;
