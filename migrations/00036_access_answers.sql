-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Answers from the access log. The functions read for their caller and ask who that is: an auditor or data protection officer, of the Region or
-- of one entity, or the citizen of a ticket. See docs/decisions/0075.

-- +goose Up

set local lock_timeout = '5s';

-- Whether the reader of the transaction audits, whether for the whole Region, and otherwise with which reader tags.
create function access.audits() returns boolean language sql stable as $$
  select coalesce(current_setting('app.role', true), '') in ('auditor', 'responsabile_protezione_dati') $$;
create function access.audit_entity() returns text language sql stable as $$
  select coalesce(current_setting('app.entity', true), '') $$;
create function access.audits_everything() returns boolean language sql stable as $$
  select access.audits() and access.audit_entity() in ('', 'regione') $$;
create function access.audit_tags() returns text[] language sql stable as $$
  select case when access.audits() and access.audit_entity() <> ''
    then array['entity/' || access.audit_entity(), 'supervisor/' || access.audit_entity(), 'trace/' || access.audit_entity()] else '{}' end $$;

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
  everything boolean := access.audits_everything();
  tags text[] := access.audit_tags();
begin
  if not access.audits() then
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

revoke execute on function access.looks from public;
grant execute on function access.looks to sol_request;
