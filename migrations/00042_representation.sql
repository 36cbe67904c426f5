-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Version 5 of the lists: the state in a row says whether the requester may act for another person whom the form names, also of tickets that were
-- opened before that was kept. Tables, policies and functions are those of version 4.

-- +goose Up

create table read.tickets_v5 (
  id         uuid not null,
  entity     text not null,   -- competent
  traces     text[] not null, -- entities that had it
  readers    text[] not null, -- reader tags of those who may see the row
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
    read.search_vector_v3(folded ->> 'form', jsonb_path_query_array(folded, '$.said[*].text'), folded -> 'terms')
  ) stored
);
-- What an entity whose view has ended sees in its lists: number, competent entity, status and dates. The same columns as those of the
-- tickets, so that one list reads both.
create table read.traces_v5 (
  like read.tickets_v5 including generated,
  holder text not null -- the entity
);
-- Counts of one entity: person is '' for tickets that all of its operators see, 'supervisori' for those with restricted access, and an account
-- for those that are assigned to it: in queue 'mie' all, in the other queues those with restricted access.
create table read.queue_counts_v5 (like read.queue_counts_v1 including defaults);
create table read.timeline_v5 (
  like read.timeline_v1 including defaults,
  readers text[] not null -- reader tags of those who may know of the event
);

-- +goose StatementBegin
create procedure read.dress_tickets_v5(suffix text) language plpgsql as $$
declare
  tickets  text := 'tickets_v5' || suffix;
  traces   text := 'traces_v5' || suffix;
  counts   text := 'queue_counts_v5' || suffix;
  timeline text := 'timeline_v5' || suffix;
  part     text;
begin
  execute format('alter table read.%I add primary key (id)', tickets);
  execute format('alter table read.%I add primary key (id, holder)', traces);
  execute format('alter table read.%I add primary key (entity, person, queue)', counts);
  execute format('alter table read.%I add primary key (position)', timeline);
  foreach part in array array[
    '(number)', '(entity, status, updated_at)', '(entity, updated_at, id)', '(entity, opened_at, id)', '(entity, number)',
    '(updated_at, id)', '(opened_at, id)', '(status, updated_at, id)',
    '(person)', '(assignee) where assignee <> ''''', '(citizen) where citizen <> ''''',
    '(updated_at) where traces <> ''{}'' and status <> ''chiuso''',
    '(opened_at, id) where traces <> ''{}'' and status <> ''chiuso''',
    '(updated_at, id) where traces <> ''{}''', '(opened_at, id) where traces <> ''{}''', '(number, id) where traces <> ''{}''',
    '(entity, opened_at, id) where status in (''nuovo'', ''non_di_competenza'') or status = ''in_lavorazione'' and assignee = '''' ',
    'using gin (traces) where traces <> ''{}'' and status <> ''chiuso''', 'using gin (traces) where traces <> ''{}''',
    'using gin (search)', 'using gin (search, readers)',
    '(entity, updated_at, id) where folded -> ''state'' ->> ''Representation'' = ''unverified''',
    '(entity, updated_at, id) where folded -> ''state'' ->> ''Representation'' = ''refused''',
    '(entity, updated_at, id) where folded -> ''state'' ->> ''RepresentedUntil'' is not null',
    '(updated_at, id) where status <> ''chiuso'' and folded -> ''state'' -> ''Handover'' ->> ''Ground''
      in (''sistemi_non_disponibili'', ''urgenza'', ''richiesta_della_regione'', ''caso_non_previsto'')']
  loop
    execute format('create index on read.%I %s', tickets, part);
  end loop;
  foreach part in array array['(holder, updated_at, id)', '(holder, opened_at, id)', '(holder, number, id)', 'using gin (search, readers)'] loop
    execute format('create index on read.%I %s', traces, part);
  end loop;
  execute format('create index on read.%I (count) where count = 0', counts);
  execute format('create index on read.%I (citizen_at) where citizen_at > at', timeline);
  -- Samples of the planner would outlive an erasure, so it takes none of personal data.
  foreach part in array array['person', 'requester', 'folded', 'search'] loop
    execute format('alter table read.%I alter column %I set statistics 0', tickets, part);
    execute format('alter table read.%I alter column %I set statistics 0', traces, part);
  end loop;

  foreach part in array array[tickets, traces, counts, timeline] loop
    execute format('alter table read.%I enable row level security', part);
    execute format('alter table read.%I force row level security', part);
    execute format('create policy worker on read.%I to sol_worker using (true) with check (true)', part);
    execute format('grant select on read.%I to sol_request', part);
    call read.grant_rights(part);
  end loop;
  -- The parts of the reader are subqueries, which are computed once a query.
  foreach part in array array[tickets, traces, timeline] loop
    execute format('create policy viewer on read.%I for select to sol_request '
      'using ((select access.reader_everything()) or readers && (select access.reader_tags()))', part);
  end loop;
  execute format('create policy viewer on read.%I for select to sol_request using (case
      when (select access.reader_everything()) then entity = '''' and person = ''''
      when (select access.reader_role()) = ''cittadino'' then entity = '''' and person <> '''' and person = (select access.reader_account())
      else entity <> '''' and ''entity/'' || entity = any ((select access.reader_tags())::text[]) and (person in ('''', (select access.reader_account()))
        or person = ''supervisori'' and ''supervisor/'' || entity = any ((select access.reader_tags())::text[]))
    end)', counts);
end
$$;
-- +goose StatementEnd
call read.dress_tickets_v5('');
call access.show('read.tickets_v5');
call access.show('read.traces_v5');
call access.show('read.queue_counts_v5');
call access.show('read.timeline_v5');

-- At most so many of the tickets and traces that the viewer may see and that match a search.
-- +goose StatementBegin
create function read.search_tickets_v7(wanted jsonb, as_of timestamptz, most integer) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  asked tsquery := read.search_query_v3(wanted);
  r     access.signed_reader := access.reader();
begin
  if r.role is null or numnode(asked) = 0 then
    return;
  elsif r.everything then
    return query select t.id from read.tickets_v5 t
      where t.search @@ asked and (t.said_until <= as_of or read.said_v3(t.folded, asked, as_of)) limit most;
  elsif r.role = 'cittadino' then
    return query select t.id from read.tickets_v5 t
      where t.citizen <> '' and t.citizen = r.account and t.readers && r.tags
        and t.search @@ asked and (t.said_until <= as_of or read.said_v3(t.folded, asked, as_of)) limit most;
  else
    return query select t.id from read.tickets_v5 t
      where t.search @@ asked and t.readers && r.tags and (t.said_until <= as_of or read.said_v3(t.folded, asked, as_of)) limit most;
    return query select t.id from read.traces_v5 t where t.search @@ asked and t.readers && r.tags limit most;
  end if;
end
$$;
-- +goose StatementEnd

-- At most so many of the tickets and traces that the viewer may see and that the viewer's entity had, at an entity or ('') any; closed ones too, or
-- not.
-- +goose StatementBegin
create function read.handed_over_v5(at text, closed boolean, most integer) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  r     access.signed_reader := access.reader();
  place text := r.entity;
begin
  if coalesce(place, '') = '' then
    return;
  elsif closed then
    return query select t.id from read.tickets_v5 t
      where t.traces @> array[place] and t.traces <> '{}' and t.entity <> place and at in ('', t.entity) and t.readers && r.tags limit most;
  else
    return query select t.id from read.tickets_v5 t
      where t.traces @> array[place] and t.traces <> '{}' and t.entity <> place and at in ('', t.entity) and t.status <> 'chiuso'
        and t.readers && r.tags limit most;
  end if;
  return query select t.id from read.traces_v5 t
    where t.holder = place and at in ('', t.entity) and (closed or t.status <> 'chiuso') and t.readers && r.tags limit most;
end
$$;
-- +goose StatementEnd

-- Those of some tickets that have restricted access: figures leave out what is known of one that their viewer may not open. To a reader without
-- figures it returns all.
-- +goose StatementBegin
create function read.restricted_v5(tickets uuid[]) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not access.reader_all_figures() and access.reader_figures() is null then
    return query select unnest(tickets);
  else
    return query select t.id from read.tickets_v5 t where t.id = any (tickets) and t.folded -> 'state' ->> 'Restricted' = 'true';
  end if;
end
$$;
-- +goose StatementEnd

grant usage, create on schema read to sol_definer;
alter function read.restricted_v5 owner to sol_definer;
alter function read.search_tickets_v7 owner to sol_definer;
alter function read.handed_over_v5 owner to sol_definer;
revoke create on schema read from sol_definer;
revoke execute on function read.search_tickets_v7, read.handed_over_v5, read.restricted_v5 from public;
grant execute on function read.search_tickets_v7, read.handed_over_v5, read.restricted_v5 to sol_viewer;
