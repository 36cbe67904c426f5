-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Answers from the access log. The functions read for their caller and ask who that is: an auditor or data protection officer, of the Region or
-- of one entity, or the citizen of a ticket. See docs/decisions/0075.

-- +goose Up

set local lock_timeout = '5s';

-- The account of the reader if it is the verified citizen of a ticket; '' for all others, the holder of the ticket's personal link included.
create function access.citizen_of(wanted uuid) returns text language sql stable parallel safe as $$
  select coalesce((select r.account from access.reader() r join log.streams s on s.id = wanted and s.kind = 'ticket' and s.readers @> array['citizen/' || r.account]
    where r.role = 'cittadino' and r.stream is null and r.account <> ''), '') $$;

-- Looks at tickets, for a report: of one person, at one ticket, or all of an interval, in the order of their positions. One record gives a
-- look for each ticket that it showed, with the person id of the ticket. It gives those alone that the reader may audit. how_many is the number of
-- records of a piece. When there are more, the last row has no ticket and the position after which the next piece begins.
-- +goose StatementBegin
create function access.looks(wanted_person text, wanted_ticket uuid, since timestamptz, until timestamptz, after_at timestamptz, after_position bigint, how_many integer)
returns table ("position" bigint, at timestamptz, kind text, person text, role text, entity text, controller text, detail text, opened boolean, ticket uuid, subject text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  chosen text := 'select * from access.records r where r.at >= $3 and r.at < $4 and r.outcome = ''shown'' and ';
  pieces access.records[];
  everything boolean := access.reader_everything();
  tags text[] := access.reader_tags();
begin
  if not access.audits()
      or wanted_ticket is not null and not everything and not exists (select from log.streams s where s.id = wanted_ticket and s.readers && tags) then
    return;
  end if;
  if wanted_ticket is not null then -- few: no index has both the order and the tickets of lists
    chosen := chosen || '(r.ticket = $2 or r.shown @> array[$2]) and r.position > $6 and ($1 is null or r.person = $1) order by r.position';
  elsif wanted_person is not null then
    chosen := chosen || 'r.person = $1 and r.position > $6 and (r.ticket is not null or r.shown is not null) order by r.position';
  else
    chosen := chosen || '(r.at, r.position) > ($5, $6) and (r.ticket is not null or r.shown is not null) order by r.at, r.position';
  end if;
  execute 'select array_agg(p) from (' || chosen || ' limit $7) p' into pieces
    using wanted_person, wanted_ticket, greatest(since, after_at), until, after_at, after_position, how_many;
  return query
    select r.position, r.at, r.kind, r.person, r.role, r.entity, r.controller, r.detail, t.opened, s.id, s.subject
    from unnest(pieces) r
      cross join lateral (select r.ticket as id, true as opened where r.ticket is not null union all select u.id, false from unnest(r.shown) as u (id)) t
      join log.streams s on s.id = t.id and s.kind = 'ticket'
    where (everything or s.readers && tags) and (wanted_ticket is null or s.id = wanted_ticket);
  if cardinality(pieces) = how_many then
    return query select pieces[how_many].position, pieces[how_many].at, null::text, null::text, null::text, null::text, null::text, null::text, null::boolean, null::uuid, null::text;
  end if;
end
$$;
-- +goose StatementEnd

-- Looks at tickets that nodes of the release before recorded, for a report, in the order of their ids: openings alone. Their positions are negative.
-- A piece reads the records of one ticket by their index, or else 50 times how_many ids: no index has their persons. The last row has no ticket
-- and the position after which the next piece begins; without it there are no more.
-- +goose StatementBegin
create function access.earlier_looks(wanted_person text, wanted_ticket uuid, since timestamptz, until timestamptz, after_position bigint, how_many integer)
returns table ("position" bigint, at timestamptz, kind text, person text, role text, entity text, controller text, detail text, opened boolean, ticket uuid, subject text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  everything boolean := access.reader_everything();
  tags text[] := access.reader_tags();
  after_id bigint := after_position + 1000000000000000;
  last_id bigint;
begin
  if not access.audits() then
    return;
  end if;
  if wanted_ticket is not null then
    select max(p.id) into last_id from (select r.id from access.reads r where r.ticket = wanted_ticket and r.id > after_id order by r.id limit how_many) p;
  else
    select max(p.id) into last_id from (select r.id from access.reads r where r.id > after_id order by r.id limit 50 * how_many) p;
  end if;
  if last_id is null then
    return;
  end if;
  return query
    select r.id - 1000000000000000, r.at, r.what, r.person, r.role, r.entity, '', r.detail, true, s.id, s.subject
    from access.reads r join log.streams s on s.id = r.ticket and s.kind = 'ticket'
    where r.id > after_id and r.id <= last_id and r.at >= since and r.at < until and (wanted_person is null or r.person = wanted_person)
      and (wanted_ticket is null or r.ticket = wanted_ticket) and (everything or s.readers && tags)
    order by r.id;
  return query select last_id - 1000000000000000, 'epoch'::timestamptz, null::text, null::text, null::text, null::text, null::text, null::text, null::boolean, null::uuid, null::text;
end
$$;
-- +goose StatementEnd

-- From when on the access log holds each look: since the upgrade, the last record of a node of the release before, and the end of the last month that
-- was dropped. earlier_from: the oldest record of the releases before, which hold openings and searches for a person alone; null: none.
-- +goose StatementBegin
create function access.coverage(out complete_from timestamptz, out earlier_from timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not access.audits() then
    return;
  end if;
  select greatest(a.since,
      (select r.at from access.reads r order by r.id desc limit 1), (select r.at from access.searches r order by r.id desc limit 1),
      (select (max(m.month) + interval '1 month') at time zone 'UTC' from access.months m where m.dropped_at is not null)),
    least((select r.at from access.reads r order by r.id limit 1), (select r.at from access.searches r order by r.id limit 1))
  into complete_from, earlier_from from access.allocator a;
end
$$;
-- +goose StatementEnd

-- Who looked at a ticket, for the verified citizen whose ticket it is: the newest first, before a position (0: from the newest). It names no
-- employee, and no look of the citizen. link: the holder of the ticket's personal link. Records of the release before have negative positions.
-- Looks that were refused showed nothing. A search is a look at the ticket when it showed it, or was for the tax code of the citizen.
-- +goose StatementBegin
create function access.citizen_looks(wanted uuid, before bigint, how_many integer)
returns table ("position" bigint, at timestamptz, kind text, role text, entity text, detail text, link boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  account text := access.citizen_of(wanted);
  person_id text;
begin
  if account = '' then
    return;
  end if;
  select coalesce(a.person::text, '') into person_id from identity.accounts a where a.id::text = account;
  return query
    select l.position, l.at, l.kind, l.role, l.entity, case l.kind when 'question' then l.detail else '' end,
      l.role = 'cittadino' and l.person = wanted::text
    from (
      (select r.position, coalesce(r.typed_at, r.at) as at, r.kind, r.role, r.entity, r.detail, r.person from access.records r
        where r.ticket = wanted and r.outcome = 'shown' and r.person <> account and (before = 0 or r.position < before) order by r.position desc limit how_many)
      union all
      (select r.position, coalesce(r.typed_at, r.at), 'search', r.role, r.entity, '', r.person from access.records r
        where person_id <> '' and r.subject = person_id and r.ticket is null and r.person <> account and (before = 0 or r.position < before) order by r.position desc limit how_many)
      union all
      (select r.id - 1000000000000000, r.at, r.what, r.role, r.entity, r.detail, r.person from access.reads r
        where r.ticket = wanted and r.person <> account and (before = 0 or r.id - 1000000000000000 < before) order by r.id desc limit how_many)
      union all
      (select r.id - 1000000000000000, r.at, 'search', r.role, r.entity, '', r.person from access.searches r
        where person_id <> '' and r.subject = person_id and r.person <> account and (before = 0 or r.id - 1000000000000000 < before) order by r.id desc limit how_many)
    ) l
    order by l.position desc limit how_many;
end
$$;
-- +goose StatementEnd

-- The lists, searches and exports that showed a ticket, for its verified citizen: their number by day (Rome), role, entity and kind, the newest
-- days first. It names no employee.
-- +goose StatementBegin
create function access.citizen_listings(wanted uuid, how_many integer)
returns table (day date, role text, entity text, kind text, looks bigint, first_at timestamptz, last_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  account text := access.citizen_of(wanted);
begin
  if account = '' then
    return;
  end if;
  return query
    select (r.at at time zone 'Europe/Rome')::date, r.role, r.entity, r.kind, count(*), min(r.at), max(r.at)
    from access.records r
    where r.shown @> array[wanted] and r.outcome = 'shown' and r.person <> account
    group by 1, 2, 3, 4 order by 1 desc, 2, 3, 4 limit how_many;
end
$$;
-- +goose StatementEnd

-- Auditors and data protection officers of one entity read the earlier records of its employees: these records hold no controller.
alter policy auditor on access.reads using ((select access.reader_everything()) or (select access.audits()) and entity = (select access.reader_entity()));
alter policy auditor on access.searches using ((select access.reader_everything()) or (select access.audits()) and entity = (select access.reader_entity()));

-- The functions belong to a role that may read what they need and nothing else.
create policy definer on access.reads for select to sol_definer using (true);
create policy definer on access.searches for select to sol_definer using (true);
grant usage on schema log, identity to sol_definer;
grant usage, create on schema access to sol_definer;
grant select on access.reads, access.searches to sol_definer;
grant select (id, kind, subject, readers) on log.streams to sol_definer;
grant select (id, person) on identity.accounts to sol_definer;
alter function access.looks owner to sol_definer;
alter function access.earlier_looks owner to sol_definer;
alter function access.coverage owner to sol_definer;
alter function access.citizen_looks owner to sol_definer;
alter function access.citizen_listings owner to sol_definer;
revoke create on schema access from sol_definer;

-- Findings of the rules for unusual reading, of entities that recorded an agreement (law 300/1970, article 4). The data protection officer of the
-- entity, and the Region's, read them; nobody else does, the supervisors of the person included. They hold no ticket.
create table access.findings (
  id       bigint generated always as identity primary key,
  rule     text not null,
  entity   text not null, -- placement of the person
  person   text not null, -- account
  day      date not null, -- in Rome
  count    integer not null check (count > 0), -- tickets
  found_at timestamptz not null default clock_timestamp(),
  unique (rule, entity, person, day)
);
alter table access.findings enable row level security;
alter table access.findings force row level security;
create policy definer on access.findings to sol_definer using (true) with check (true);

-- That an officer has examined a finding, and what came of it. A finding is examined once.
create table access.examinations (
  finding  bigint primary key references access.findings (id),
  person   text not null,  -- account of the officer
  at       timestamptz not null default clock_timestamp(),
  note     bytea not null, -- sealed with the key of the month, as what was searched for
  note_key uuid not null
);
alter table access.examinations enable row level security;
alter table access.examinations force row level security;
create policy definer on access.examinations to sol_definer using (true) with check (true);

-- The entity whose findings the reader of the transaction may see; '%' for all, '' for none.
create function access.findings_of() returns text language sql stable as $$
  select case when r.role is distinct from 'responsabile_protezione_dati' then '' when r.everything then '%' else coalesce(r.entity, '') end from access.reader() r $$;

-- The findings that the reader may see, examined or not, before an id (0: from the newest), the newest first.
-- +goose StatementBegin
create function access.read_findings(examined boolean, before bigint, how_many integer)
returns table (id bigint, rule text, entity text, person text, day date, count integer, examined_by text, examined_at timestamptz, note bytea, note_key uuid)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  mine text := access.findings_of();
begin
  if mine = '' then
    return;
  end if;
  return query
    select f.id, f.rule, f.entity, f.person, f.day, f.count, e.person, e.at, e.note, e.note_key
    from access.findings f left join access.examinations e on e.finding = f.id
    where mine in ('%', f.entity) and (e.finding is not null) = examined and (before = 0 or f.id < before)
    order by f.id desc limit how_many;
end
$$;
-- +goose StatementEnd

-- The number of findings that the reader may see and that nobody has examined.
-- +goose StatementBegin
create function access.count_findings() returns bigint language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  mine text := access.findings_of();
begin
  if mine = '' then
    return 0;
  end if;
  return (select count(*) from access.findings f where mine in ('%', f.entity) and not exists (select from access.examinations e where e.finding = f.id));
end
$$;
-- +goose StatementEnd

-- Notes that the reader has examined a finding. It returns 'unknown' if the reader does not see it and 'examined' if somebody has examined it.
-- +goose StatementBegin
create function access.examine_finding(wanted bigint, sealed bytea, sealed_with uuid) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  mine text := access.findings_of();
begin
  if mine = '' or not exists (select from access.findings f where f.id = wanted and mine in ('%', f.entity)) then
    return 'unknown';
  end if;
  insert into access.examinations (finding, person, note, note_key) values (wanted, (access.reader()).account, sealed, sealed_with) on conflict do nothing;
  return case when found then 'noted' else 'examined' end;
end
$$;
-- +goose StatementEnd

create table access.evaluated_days (
  entity text not null,
  day    date not null, -- in Rome
  primary key (entity, day)
);
grant select, insert on access.evaluated_days to sol_worker;

-- Evaluates a rule for an entity and a day, from a moment on, and returns the number of new findings. It reads what people of the entity opened as
-- operators or supervisors.
-- +goose StatementBegin
create function access.find_unusual(rule text, condition text, at_least integer, wanted text, wanted_day date, since timestamptz) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  begins timestamptz := greatest(wanted_day::timestamp at time zone 'Europe/Rome', since);
  ends timestamptz := (wanted_day + 1)::timestamp at time zone 'Europe/Rome';
  added bigint;
begin
  insert into access.findings (rule, entity, person, day, count)
  select rule, wanted, o.person, wanted_day, count(*)
  from (
    select r.person, r.ticket, min(r.at) as at from access.records r
    where r.at >= begins and r.at < ends and r.entity = wanted and r.outcome = 'shown' and r.ticket is not null and r.kind in ('ticket', 'checks', 'attachment')
      and r.role in ('operatore_asr', 'supervisore_asr', 'operatore_regionale', 'supervisore_regionale')
    group by r.person, r.ticket
  ) o
  where case condition
    when 'without-act' then not exists (select from log.events e
      where e.stream = o.ticket and e.actor = o.person and e.recorded_at >= o.at - interval '1 day' and e.recorded_at < ends + interval '1 day')
    when 'colleague' then exists (select from log.streams s
        join identity.accounts a on a.person::text = s.subject or s.readers @> array['citizen/' || a.id]
        join identity.placements p on p.account = a.id and p.entity = wanted and p.role <> 'cittadino' and p.valid_from <= o.at and (p.valid_to is null or p.valid_to > o.at)
      where s.id = o.ticket and a.id::text <> o.person)
    when 'restricted' then exists (select from (select e.readers from log.events e
        where e.stream = o.ticket and e.readers is not null and e.recorded_at <= o.at order by e.version desc limit 1) t
      where exists (select from unnest(t.readers) tag where tag like 'supervisor/%') and not t.readers @> array['operator/' || wanted || '/' || o.person])
    else false end
  group by o.person having count(*) >= at_least
  on conflict do nothing;
  get diagnostics added = row_count;
  return added;
end
$$;
-- +goose StatementEnd
grant create on schema access to sol_definer;
grant select (stream, version, actor, recorded_at, readers) on log.events to sol_definer;
grant select (account, role, entity, valid_from, valid_to) on identity.placements to sol_definer;
grant select, insert on access.findings, access.examinations to sol_definer;
alter function access.find_unusual owner to sol_definer;
alter function access.read_findings owner to sol_definer;
alter function access.count_findings owner to sol_definer;
alter function access.examine_finding owner to sol_definer;
revoke create on schema access from sol_definer;
revoke execute on function access.find_unusual, access.read_findings, access.count_findings, access.examine_finding from public;
grant execute on function access.find_unusual to sol_worker;
grant execute on function access.read_findings, access.count_findings, access.examine_finding to sol_viewer;

revoke execute on function access.looks, access.earlier_looks, access.coverage, access.citizen_looks, access.citizen_listings from public;
grant execute on function access.looks, access.earlier_looks, access.coverage, access.citizen_looks, access.citizen_listings to sol_viewer;
