-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Access records of searches for a person: by tax code, name, telephone or e-mail, whole or their beginning.

-- +goose Up

set local lock_timeout = '5s';

create table access.searches (
  id      bigint primary key default nextval('access.reads_id_seq'), -- in one order with access.reads
  at      timestamptz not null default clock_timestamp(),
  person  text not null, -- account of who searched
  role    text not null check (role <> ''),
  entity  text not null, -- '' where the role is held at none
  subject text not null, -- person id of a whole tax code; '' for all else
  terms   text[] not null check (terms <> '{}') -- keyed hashes of what was searched for
);
create index searches_subject on access.searches (subject, id) where subject <> '';
create index searches_terms on access.searches using gin (terms);
create index searches_at on access.searches using brin (at);

-- +goose StatementBegin
create function access.refuse_search() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.at < clock_timestamp() - interval '24 months' then
    return old;
  end if;
  raise exception 'access.searches is append-only for 24 months: % refused', tg_op using errcode = 'insufficient_privilege';
end
$$;
-- +goose StatementEnd
create trigger append_only before update or delete on access.searches for each row execute function access.refuse_search();
create trigger never_emptied before truncate on access.searches for each statement execute function access.refuse_search();
alter table access.searches enable always trigger append_only;
alter table access.searches enable always trigger never_emptied;
alter table access.searches enable row level security;
create policy auditor on access.searches for select to sol_request using (current_setting('app.role', true) = 'auditor');
create policy worker on access.searches to sol_worker using (true);
grant select on access.searches to sol_request;
grant select, delete on access.searches to sol_worker;

-- The search that a person is typing: it becomes a record when it is sent, when another one begins, or after two minutes.
create table access.typed_searches (
  person   text not null,
  role     text not null,
  entity   text not null,
  subject  text not null,
  terms    text[] not null,
  covers   text[] not null, -- keyed hashes of the beginnings of the terms
  typed_at timestamptz not null,
  primary key (person, role, entity)
);
create index typed_searches_at on access.typed_searches (typed_at);

-- Records a search, or keeps it as the one that its person types. What is typed further replaces what was typed before; what is deleted again
-- does not. So a search is one record, however many letters it has.
-- +goose StatementBegin
create function access.record_search(by_person text, by_role text, by_entity text, wanted text, new_terms text[], new_covers text[], typing boolean)
returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  typed access.typed_searches;
begin
  select * into typed from access.typed_searches t where t.person = by_person and t.role = by_role and t.entity = by_entity for update;
  if found then
    if typed.typed_at < clock_timestamp() - interval '2 minutes' or not (typed.terms <@ new_covers or new_terms <@ typed.covers) then
      insert into access.searches (at, person, role, entity, subject, terms)
      values (typed.typed_at, typed.person, typed.role, typed.entity, typed.subject, typed.terms);
    elsif typing and not typed.terms <@ new_covers then -- fewer letters than before
      wanted := typed.subject;
      new_terms := typed.terms;
      new_covers := typed.covers;
    end if;
  end if;
  if typing then
    insert into access.typed_searches as t values (by_person, by_role, by_entity, wanted, new_terms, new_covers, clock_timestamp())
    on conflict (person, role, entity) do update
      set subject = excluded.subject, terms = excluded.terms, covers = excluded.covers, typed_at = excluded.typed_at;
  else
    delete from access.typed_searches t where t.person = by_person and t.role = by_role and t.entity = by_entity;
    insert into access.searches (person, role, entity, subject, terms) values (by_person, by_role, by_entity, wanted, new_terms);
  end if;
end
$$;
-- +goose StatementEnd

-- Makes records of the searches on which nobody typed for two minutes; with everything, of all.
-- +goose StatementBegin
create function access.record_typed_searches(everything boolean) returns void language sql security definer set search_path = pg_catalog as $$
  with settled as (
    delete from access.typed_searches where everything or typed_at < clock_timestamp() - interval '2 minutes' returning *
  )
  insert into access.searches (at, person, role, entity, subject, terms) select typed_at, person, role, entity, subject, terms from settled
$$;
-- +goose StatementEnd
revoke execute on function access.record_search from public;
revoke execute on function access.record_typed_searches from public;
grant execute on function access.record_search, access.record_typed_searches to sol_worker;
