-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Lists that answer as quickly among a million tickets as among ten thousand.

-- +goose Up

alter procedure read.dress_tickets_v1(text) rename to dress_tickets_v1_lists;
-- What is still held from somebody is found without reading the whole stream of changes: a client that begins to follow
-- it must hear of that later, though it comes before what they know. Words are looked for at one entity alone. The auditor's
-- list has its orders too, and hand-overs with a ground have an index of their own. None holds a name: what is in an index
-- may outlive an erasure.
-- +goose StatementBegin
create procedure read.index_lists_v1(suffix text) language plpgsql as $$
declare
  part text;
begin
  execute format('create index on read.%I (citizen_at) where citizen_at > at', 'timeline_v1' || suffix);
  foreach part in array array[
    'using gin (search, array_append(traces, entity))', '(entity, number)', '(opened_at, id)',
    '(opened_at, id) where traces <> ''{}'' and status <> ''chiuso''',
    '(updated_at, id) where status <> ''chiuso'' and folded -> ''state'' -> ''Handover'' ->> ''Ground'' <> '''' ']
  loop
    execute format('create index on read.%I %s', 'tickets_v1' || suffix, part);
  end loop;
end
$$;
-- +goose StatementEnd
-- +goose StatementBegin
create procedure read.dress_tickets_v1(suffix text) language plpgsql as $$
begin
  call read.dress_tickets_v1_lists(suffix);
  call read.index_lists_v1(suffix);
end
$$;
-- +goose StatementEnd
call read.index_lists_v1('');

-- Whether a ticket says the words. Those of a note that is still held are not there yet.
-- +goose StatementBegin
create function read.says_v1(search tsvector, said_until timestamptz, folded jsonb, words text, as_of timestamptz) returns boolean
language sql stable parallel safe as $$
  select words <> '' and search @@ websearch_to_tsquery('pg_catalog.italian', words) and (said_until <= as_of
    or to_tsvector('pg_catalog.italian', folded ->> 'form') || to_tsvector('pg_catalog.italian', coalesce((
      select string_agg(s ->> 'text', ' ') from jsonb_path_query(folded, '$.said[*]') s
      where (s ->> 'from')::timestamptz <= as_of), '')) @@ websearch_to_tsquery('pg_catalog.italian', words))
$$;
-- +goose StatementEnd
grant execute on function read.says_v1 to sol_request;

-- At most so many of the tickets that the viewer may see and that were asked for by words in Italian, by the beginning of a
-- number, or by the keyed hash of a codice fiscale; '' asks for nothing. In no order: who gets all that there may be asks
-- in another way.
drop function read.search_tickets_v1;
-- +goose StatementBegin
create function read.search_tickets_v2(words text, beginning text, hashed text, as_of timestamptz, most integer) returns setof uuid
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
      where t.citizen <> '' and t.citizen = current_setting('app.person', true)
        and read.may_see_v1(t.entity, t.traces, t.citizen) and read.says_v1(t.search, t.said_until, t.folded, words, as_of) limit most;
  elsif place <> '' then
    return query select t.id from read.tickets_v1 t
      where t.search @@ asked and array_append(t.traces, t.entity) @> array[place]
        and read.may_see_v1(t.entity, t.traces, t.citizen) and read.says_v1(t.search, t.said_until, t.folded, words, as_of) limit most;
  else
    return query select t.id from read.tickets_v1 t
      where t.search @@ asked
        and read.may_see_v1(t.entity, t.traces, t.citizen) and read.says_v1(t.search, t.said_until, t.folded, words, as_of) limit most;
  end if;
end
$$;
-- +goose StatementEnd
alter function read.search_tickets_v2 owner to sol_worker;
revoke execute on function read.search_tickets_v2 from public;
grant execute on function read.search_tickets_v2 to sol_request;
