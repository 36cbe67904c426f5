-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Lists of what few of many tickets are: in the order of all, their rows are too far apart.

-- +goose Up

-- Hand-overs against the checks are few among those with a ground: the index of these goes.
-- +goose StatementBegin
create or replace procedure read.index_lists_v1(suffix text) language plpgsql as $$
declare
  part text;
begin
  execute format('create index on read.%I (citizen_at) where citizen_at > at', 'timeline_v1' || suffix);
  foreach part in array array[
    'using gin (search, array_append(traces, entity))', '(entity, number)', '(opened_at, id)',
    '(opened_at, id) where traces <> ''{}'' and status <> ''chiuso''']
  loop
    execute format('create index on read.%I %s', 'tickets_v1' || suffix, part);
  end loop;
end
$$;
-- +goose StatementEnd
-- +goose StatementBegin
do $$
declare
  gone regclass;
begin
  for gone in select indexrelid from pg_index where indrelid = 'read.tickets_v1'::regclass and pg_get_expr(indpred, indrelid) like '%Ground%' loop
    execute format('drop index %s', gone);
  end loop;
end
$$;
-- +goose StatementEnd
-- What is new at an entity, what the auditor asks for by status, what was handed over by whom, and what against the checks.
-- +goose StatementBegin
create procedure read.index_open_v1(suffix text) language plpgsql as $$
declare
  part text;
begin
  foreach part in array array[
    '(entity, opened_at, id) where status in (''nuovo'', ''non_di_competenza'') or status = ''in_lavorazione'' and assignee = '''' ',
    '(status, updated_at, id)',
    'using gin (traces) where traces <> ''{}'' and status <> ''chiuso''',
    '(updated_at, id) where status <> ''chiuso'' and folded -> ''state'' -> ''Handover'' ->> ''Ground''
      in (''sistemi_non_disponibili'', ''urgenza'', ''richiesta_della_regione'', ''caso_non_previsto'')']
  loop
    execute format('create index on read.%I %s', 'tickets_v1' || suffix, part);
  end loop;
end
$$;
-- +goose StatementEnd
-- +goose StatementBegin
create or replace procedure read.dress_tickets_v1(suffix text) language plpgsql as $$
begin
  call read.dress_tickets_v1_lists(suffix);
  call read.index_lists_v1(suffix);
  call read.index_open_v1(suffix);
end
$$;
-- +goose StatementEnd
call read.index_open_v1('');

-- At most so many of the open tickets that the viewer's entity handed over and that are at a place now ('': anywhere). Which arrays hold a value is not leakproof: behind
-- the policy it would have no index. Who sees one of them sees all.
-- +goose StatementBegin
create function read.handed_over_v1(at text, most integer) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  place text := current_setting('app.entity', true);
begin
  return query select t.id from read.tickets_v1 t
    where read.may_see_v1('', array[place], '')
      and t.traces @> array[place] and t.traces <> '{}' and t.entity <> place and at in ('', t.entity) and t.status <> 'chiuso' limit most;
end
$$;
-- +goose StatementEnd
alter function read.handed_over_v1 owner to sol_worker;
revoke execute on function read.handed_over_v1 from public;
grant execute on function read.handed_over_v1 to sol_request;

-- Whether the words of a ticket that may be read by now match. Asked of tickets alone on which a note is still held: it reads them
-- word by word, and read.tickets_v1.search says it of all others.
-- +goose StatementBegin
create function read.said_v1(folded jsonb, asked tsquery, as_of timestamptz) returns boolean
language sql stable parallel safe as $$
  select to_tsvector('pg_catalog.italian', folded ->> 'form') || to_tsvector('pg_catalog.italian', coalesce((
    select string_agg(s ->> 'text', ' ') from jsonb_path_query(folded, '$.said[*]') s
    where (s ->> 'from')::timestamptz <= as_of), '')) @@ asked
$$;
-- +goose StatementEnd
grant execute on function read.said_v1 to sol_request;

drop function read.search_tickets_v2;
-- +goose StatementBegin
create function read.search_tickets_v3(words text, beginning text, hashed text, as_of timestamptz, most integer) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  asked tsquery := websearch_to_tsquery('pg_catalog.italian', words);
  place text := current_setting('app.entity', true);
begin
  return query select t.id from read.tickets_v1 t
    where hashed <> '' and t.subject = hashed and read.may_see_v1(t.entity, t.traces, t.citizen) limit most;
  return query select t.id from read.tickets_v1 t
    where beginning <> '' and t.number >= beginning and t.number < beginning || ':' -- ':' comes after '9'
      and read.may_see_v1(t.entity, t.traces, t.citizen) limit most;
  if words = '' then
    return;
  elsif current_setting('app.role', true) = 'cittadino' then
    return query select t.id from read.tickets_v1 t
      where t.citizen <> '' and t.citizen = current_setting('app.person', true) and read.may_see_v1(t.entity, t.traces, t.citizen)
        and t.search @@ asked and (t.said_until <= as_of or read.said_v1(t.folded, asked, as_of)) limit most;
  elsif place <> '' then
    return query select t.id from read.tickets_v1 t
      where t.search @@ asked and array_append(t.traces, t.entity) @> array[place] and read.may_see_v1(t.entity, t.traces, t.citizen)
        and (t.said_until <= as_of or read.said_v1(t.folded, asked, as_of)) limit most;
  else
    return query select t.id from read.tickets_v1 t
      where t.search @@ asked and read.may_see_v1(t.entity, t.traces, t.citizen)
        and (t.said_until <= as_of or read.said_v1(t.folded, asked, as_of)) limit most;
  end if;
end
$$;
-- +goose StatementEnd
alter function read.search_tickets_v3 owner to sol_worker;
revoke execute on function read.search_tickets_v3 from public;
grant execute on function read.search_tickets_v3 to sol_request;
drop function read.says_v1;
