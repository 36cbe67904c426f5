-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Version 3 of the lists: a ticket is found by number, name, contacts, tax code, payment identifier, file name and words, and «Tutte» holds
-- what an entity handed over. Access records of searches for a person.

-- +goose Up

-- Words as they are, without stop words, for the beginning of a word.
create text search dictionary read.italian_words (template = pg_catalog.simple, stopwords = italian);
create text search configuration read.whole_words (copy = pg_catalog.simple);
alter text search configuration read.whole_words
  alter mapping for asciiword, word, numword, asciihword, hword, numhword, hword_asciipart, hword_part, hword_numpart with read.italian_words;

-- What a search finds: the words of texts in Italian and as they are, and the lexemes of number and person.
-- +goose StatementBegin
create function read.search_vector_v3(form text, said jsonb, terms jsonb) returns tsvector
language sql immutable parallel safe set search_path = pg_catalog as $$
  select to_tsvector('pg_catalog.italian', form) || to_tsvector('pg_catalog.italian', said)
    || strip(to_tsvector('read.whole_words', form) || to_tsvector('read.whole_words', said))
    || array_to_tsvector(array(select jsonb_array_elements_text(case jsonb_typeof(terms) when 'array' then terms else '[]' end)))
$$;
-- +goose StatementEnd

create table read.tickets_v3 (
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
    read.search_vector_v3(folded ->> 'form', jsonb_path_query_array(folded, '$.said[*].text'), folded -> 'terms')
  ) stored
);
create table read.queue_counts_v3 (like read.queue_counts_v1 including defaults);
create table read.timeline_v3 (like read.timeline_v1 including defaults);

-- +goose StatementBegin
create procedure read.dress_tickets_v3(suffix text) language plpgsql as $$
declare
  tickets  text := 'tickets_v3' || suffix;
  counts   text := 'queue_counts_v3' || suffix;
  timeline text := 'timeline_v3' || suffix;
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
    '(updated_at, id) where traces <> ''{}''', '(opened_at, id) where traces <> ''{}''', '(number, id) where traces <> ''{}''',
    '(entity, opened_at, id) where status in (''nuovo'', ''non_di_competenza'') or status = ''in_lavorazione'' and assignee = '''' ',
    'using gin (traces) where traces <> ''{}'' and status <> ''chiuso''', 'using gin (traces) where traces <> ''{}''',
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
call read.dress_tickets_v3('');

-- One part of a search, as package searchterms writes it. What says nothing, as a stop word, is an empty query.
-- +goose StatementBegin
create function read.search_node_v3(node jsonb) returns tsquery
language plpgsql immutable parallel safe set search_path = pg_catalog as $$
declare
  asked tsquery := '';
  part  jsonb;
begin
  if node ? 'key' then
    return ('''' || replace(replace(node ->> 'key', '\', '\\'), '''', '''''') || '''' || case when node ? 'prefix' then ':*' else '' end)::tsquery;
  elsif node ? 'word' then
    if numnode(plainto_tsquery('pg_catalog.italian', node ->> 'typed')) = 0 then
      return '';
    end if;
    asked := plainto_tsquery('pg_catalog.italian', node ->> 'word');
    if node ? 'prefix' then
      asked := asked || ('''' || replace(node ->> 'word', '''', '') || ''':*')::tsquery;
    end if;
    return asked;
  elsif node ? 'phrase' then
    return phraseto_tsquery('pg_catalog.italian', node ->> 'phrase');
  elsif node ? 'or' then
    for part in select jsonb_array_elements(node -> 'or') loop
      asked := asked || read.search_node_v3(part);
    end loop;
  else
    for part in select jsonb_array_elements(coalesce(node -> 'and', '[]')) loop
      asked := asked && read.search_node_v3(part);
    end loop;
  end if;
  return asked;
end
$$;
-- +goose StatementEnd

-- A whole search. Each term must be found. Beside other terms, one whose words are stop words is left out, if one of the others is a word of a
-- text: «dalla» is a name alone, and nothing in «referto dalla farmacia».
-- +goose StatementBegin
create function read.search_query_v3(asked jsonb) returns tsquery
language plpgsql immutable parallel safe set search_path = pg_catalog as $$
declare
  every    tsquery := '';
  relaxed  tsquery := '';
  in_texts tsquery := '';
  stopped  boolean := false;
  term     jsonb;
  way      tsquery;
  words    tsquery;
begin
  for term in select jsonb_array_elements(coalesce(asked -> 'terms', '[]')) loop
    way := read.search_node_v3(term -> 'any');
    words := case when term ? 'words' then read.search_node_v3(term -> 'words') else '' end;
    every := every && way;
    if term ? 'words' and numnode(words) = 0 then
      stopped := true;
    else
      relaxed := relaxed && way;
      in_texts := in_texts || words;
    end if;
  end loop;
  if stopped and numnode(in_texts) > 0 then
    every := every || (relaxed && in_texts);
  end if;
  if numnode(every) > 0 then
    for term in select jsonb_array_elements(coalesce(asked -> 'not', '[]')) loop
      way := read.search_node_v3(term);
      if numnode(way) > 0 then
        every := every && !! way;
      end if;
    end loop;
  end if;
  return every;
end
$$;
-- +goose StatementEnd
grant execute on function read.search_node_v3, read.search_query_v3 to sol_request, sol_worker;

-- Whether a ticket matches without the texts that are still held.
-- +goose StatementBegin
create function read.said_v3(folded jsonb, asked tsquery, as_of timestamptz) returns boolean
language sql stable parallel safe as $$
  select read.search_vector_v3(folded ->> 'form', coalesce((
    select jsonb_agg(s -> 'text') from jsonb_path_query(folded, '$.said[*]') s where (s ->> 'from')::timestamptz <= as_of), '[]'),
    folded -> 'terms') @@ asked
$$;
-- +goose StatementEnd
grant execute on function read.search_vector_v3, read.said_v3 to sol_request, sol_worker;

-- At most so many of the tickets that the viewer may see and that match a search.
-- +goose StatementBegin
create function read.search_tickets_v5(wanted jsonb, as_of timestamptz, most integer) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  asked tsquery := read.search_query_v3(wanted);
  place text := current_setting('app.entity', true);
begin
  if numnode(asked) = 0 then
    return;
  elsif current_setting('app.role', true) = 'cittadino' then
    return query select t.id from read.tickets_v3 t
      where t.citizen <> '' and t.citizen = current_setting('app.person', true) and read.may_see_v1(t.entity, t.traces, t.citizen)
        and t.search @@ asked and (t.said_until <= as_of or read.said_v3(t.folded, asked, as_of)) limit most;
  elsif place <> '' then
    return query select t.id from read.tickets_v3 t
      where t.search @@ asked and array_append(t.traces, t.entity) @> array[place] and read.may_see_v1(t.entity, t.traces, t.citizen)
        and (t.said_until <= as_of or read.said_v3(t.folded, asked, as_of)) limit most;
  else
    return query select t.id from read.tickets_v3 t
      where t.search @@ asked and read.may_see_v1(t.entity, t.traces, t.citizen)
        and (t.said_until <= as_of or read.said_v3(t.folded, asked, as_of)) limit most;
  end if;
end
$$;
-- +goose StatementEnd
alter function read.search_tickets_v5 owner to sol_worker;
revoke execute on function read.search_tickets_v5 from public;
grant execute on function read.search_tickets_v5 to sol_request;

-- At most so many of the tickets that the viewer's entity has a trace of, at an entity or ('') any; closed ones too, or not.
-- +goose StatementBegin
create function read.handed_over_v3(at text, closed boolean, most integer) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  place text := current_setting('app.entity', true);
begin
  if closed then
    return query select t.id from read.tickets_v3 t
      where read.may_see_v1('', array[place], '')
        and t.traces @> array[place] and t.traces <> '{}' and t.entity <> place and at in ('', t.entity) limit most;
  else
    return query select t.id from read.tickets_v3 t
      where read.may_see_v1('', array[place], '')
        and t.traces @> array[place] and t.traces <> '{}' and t.entity <> place and at in ('', t.entity) and t.status <> 'chiuso' limit most;
  end if;
end
$$;
-- +goose StatementEnd
alter function read.handed_over_v3 owner to sol_worker;
revoke execute on function read.handed_over_v3 from public;
grant execute on function read.handed_over_v3 to sol_request;
