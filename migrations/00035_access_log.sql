-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- The access log: one record for each look at data of citizens, before the data leave. Positions are 1, 2, 3 … without a gap, in the order of
-- their times. Each record has the leaf hash of a Merkle tree. The roles of the service can only call functions: they cannot insert, change or
-- delete a record. The functions that append belong to sol_definer, which may insert and read records and nothing else. The functions that make
-- and drop the partition of a month must be the owner's: they take a date, which they check. access.reads and access.searches stay as they are:
-- nodes of the release before write them.

-- +goose Up

-- Locked by each append of records until its commit, and never updated: so it has one version, however old the snapshots of others are.
create table access.allocator (
  singleton boolean primary key default true check (singleton),
  since     timestamptz not null default clock_timestamp() -- of this table; nodes of the release before recorded no lists
);
insert into access.allocator default values;

create table access.records (
  position     bigint not null,
  at           timestamptz not null, -- of the database; never decreases with position
  kind         text not null check (kind <> ''),
  outcome      text not null check (outcome in ('shown', 'refused')),
  person       text not null,        -- account; the ticket's id for who holds its personal link; the system's user name at the command line
  role         text not null,        -- '' before a role is chosen
  entity       text not null,        -- of the placement; '' where the role is held at none
  controller   text not null,        -- entity that was competent for the ticket; '' without a ticket
  ticket       uuid,                 -- null: none, or several
  shown        uuid[],               -- tickets of which a list, search, export or figure showed personal data, in their order; null: none
  look         bigint,               -- position of the record that this one continues with further tickets; null: a look of its own
  detail       text not null,        -- id of the attachment, name of the query, queue of the list …; '': nothing
  subject      text not null,        -- person id of the tax code that was searched for; '' for all else
  hashes       text[],               -- keyed hashes of the terms that a person was searched by
  terms        bytea,                -- what was searched for or filtered by, sealed with the key of the month
  terms_key    uuid,
  session      text not null,        -- keyed hash of the session's token; '' without a session
  address      text not null,        -- of the client; '' where there is none
  workstation  text not null,        -- as the trusted proxy tells it; '' without one
  command_line boolean not null,     -- at the terminal of a server
  purpose      text not null,        -- command at the terminal, or reason that was given; '': follows from kind and role
  typed_at     timestamptz,          -- of a search that was typed and not sent: the last letter; null for all else
  login        text not null,        -- with which the connection that recorded it had logged in
  leaf         bytea not null,       -- access.leaf; its index in the tree of a month is position minus the month's first position
  primary key (at, position),
  check ((terms is null) = (terms_key is null)),
  check (look < position),
  check (shown = '{}' or array_ndims(shown) = 1 and array_position(shown, null) is null), -- the leaf has one form
  check (hashes = '{}' or array_ndims(hashes) = 1 and array_position(hashes, null) is null)
) partition by range (at);
-- The planner takes no samples of texts; those of its partitions are set where they are made.
alter table access.records alter column detail set statistics 0, alter column purpose set statistics 0, alter column session set statistics 0,
  alter column address set statistics 0, alter column workstation set statistics 0, alter column login set statistics 0;
create index records_ticket on access.records (ticket, position) where ticket is not null;
create index records_shown on access.records using gin (shown) where shown is not null;
create index records_person on access.records (person, position);
create index records_subject on access.records (subject, position) where subject <> '';
create index records_hashes on access.records using gin (hashes) where hashes is not null;
create index records_look on access.records (look, position) where look is not null;

-- A row for each month (UTC) for which there is, or was, a partition. A month that was dropped leaves the root of its tree, signed.
create table access.months (
  month          date primary key,
  first_position bigint, -- null: no record yet
  last_position  bigint, -- null until the month is dropped, like all that follows
  root           bytea,  -- RFC 6962 tree hash over the leaves in the order of their positions
  signature      text,   -- Ed25519 over the month's signed note, with the key's name
  dropped_at     timestamptz,
  check ((dropped_at is null) = (root is null) and (dropped_at is null) = (signature is null))
);

-- +goose StatementBegin
create function access.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'access.records is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end
$$;
-- +goose StatementEnd
create trigger append_only before update or delete on access.records for each row execute function access.refuse_change();
create trigger never_emptied before truncate on access.records for each statement execute function access.refuse_change();
alter table access.records enable always trigger append_only;
alter table access.records enable always trigger never_emptied;

-- The leaf hash of a record (RFC 6962): SHA-256 of a zero byte and the UTF-8 text of a JSON array, as json_build_array writes it: version 1,
-- position, time in microseconds since 1970 UTC, and the columns in their order; sealed terms in hex. The Go package eventstore/proof computes the
-- same. A column that a later release adds gets a version of its own. In PL/pgSQL, whose plans a session keeps: a function in SQL would be planned for each record.
-- +goose StatementBegin
create function access.leaf(r access.records) returns bytea language plpgsql stable parallel safe as $$
begin
  return sha256('\x00'::bytea || convert_to(json_build_array(1, r.position, (extract(epoch from r.at) * 1000000)::bigint, r.kind, r.outcome, r.person,
    r.role, r.entity, r.controller, r.ticket, r.shown, r.look, r.detail, r.subject, r.hashes, encode(r.terms, 'hex'), r.terms_key, r.session,
    r.address, r.workstation, r.command_line, r.purpose, (extract(epoch from r.typed_at) * 1000000)::bigint, r.login)::text, 'UTF8'));
end
$$;
-- +goose StatementEnd

-- Makes the partition of a month, unless there is one, or was one. Its bounds are texts that no setting of the caller reads in another way.
-- +goose StatementBegin
create function access.make_month(wanted date) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  name text := 'records_' || to_char(wanted, 'YYYY_MM');
  bound text := 'YYYY-MM-DD 00:00:00+00';
begin
  if wanted is distinct from date_trunc('month', wanted::timestamp)::date then
    raise exception '% is not the first day of a month', wanted using errcode = 'invalid_parameter_value';
  end if;
  insert into access.months (month) values (wanted) on conflict do nothing;
  if not found then
    return;
  end if;
  -- Attached afterwards: then records of other months can be appended meanwhile.
  execute format('create table access.%I (like access.records including defaults including constraints)', name);
  execute format('alter table access.records attach partition access.%I for values from (%L) to (%L)', name,
    to_char(wanted::timestamp, bound), to_char(wanted + interval '1 month', bound));
  execute format('create trigger never_emptied before truncate on access.%I for each statement execute function access.refuse_change()', name);
  execute format('alter table access.%I enable always trigger never_emptied, enable always trigger append_only', name);
  execute format('alter table access.%I enable row level security, force row level security', name);
  execute format('alter table access.%I alter column detail set statistics 0, alter column purpose set statistics 0, alter column session set statistics 0, '
    'alter column address set statistics 0, alter column workstation set statistics 0, alter column login set statistics 0', name);
  execute format('create policy owner on access.%I for select to current_user using (true)', name);
end
$$;
-- +goose StatementEnd

-- Makes the partitions of this month and the next ones.
-- +goose StatementBegin
create function access.make_months(ahead integer) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  for n in 0 .. least(ahead, 24) loop
    perform access.make_month((date_trunc('month', clock_timestamp() at time zone 'UTC') + make_interval(months => n))::date);
  end loop;
end
$$;
-- +goose StatementEnd

-- Position and time of the last record; 0 and null before the first one.
-- +goose StatementBegin
create function access.head(out head bigint, out head_at timestamptz) language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  last access.months;
  bound text := 'YYYY-MM-DD 00:00:00+00';
begin
  select * into last from access.months m where m.first_position is not null order by m.month desc limit 1;
  if last.month is null then
    head := 0;
  elsif last.dropped_at is not null then
    head := last.last_position;
    head_at := (last.month + interval '1 month') at time zone 'UTC';
  else -- of one partition alone, so that this costs the same after years
    execute format('select r.position, r.at from access.records r where r.at >= %L and r.at < %L order by r.at desc, r.position desc limit 1',
      to_char(last.month::timestamp, bound), to_char(last.month + interval '1 month', bound)) into strict head, head_at;
  end if;
end
$$;
-- +goose StatementEnd

-- Appends records, which have the columns of access.records but position, at, login and leaf, and returns the position of the last one. Only a
-- search that was settled keeps its typed_at, and the login that typed it. No role of the service can call it.
-- +goose StatementBegin
create function access.append_rows(records json, settled boolean) returns bigint language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  last bigint;
  added bigint;
  stamp timestamptz;
  this_month date;
begin
  perform from access.allocator for update;
  select h.head, greatest(h.head_at, clock_timestamp()) into last, stamp from access.head() h;
  this_month := date_trunc('month', stamp at time zone 'UTC');
  if not exists (select from access.months m where m.month = this_month and m.first_position is not null) then
    perform access.make_month(this_month);
    update access.months m set first_position = last + 1 where m.month = this_month;
  end if;
  insert into access.records (position, at, kind, outcome, person, role, entity, controller, ticket, shown, look, detail, subject, hashes, terms,
    terms_key, session, address, workstation, command_line, purpose, typed_at, login, leaf)
  select (r).position, (r).at, (r).kind, (r).outcome, (r).person, (r).role, (r).entity, (r).controller, (r).ticket, (r).shown, (r).look, (r).detail, (r).subject, (r).hashes,
    (r).terms, (r).terms_key, (r).session, (r).address, (r).workstation, (r).command_line, (r).purpose, (r).typed_at, (r).login, access.leaf(r)
  from (
    select row(last + n, stamp, n.kind, coalesce(n.outcome, 'shown'), coalesce(n.person, ''), coalesce(n.role, ''), coalesce(n.entity, ''),
      coalesce(n.controller, ''), n.ticket, n.shown, n.look, coalesce(n.detail, ''), coalesce(n.subject, ''), n.hashes, decode(n.terms, 'base64'),
      n.terms_key, coalesce(n.session, ''), coalesce(n.address, ''), coalesce(n.workstation, ''), coalesce(n.command_line, false),
      coalesce(n.purpose, ''), case when settled then n.typed_at end, case when settled then n.login else session_user end, null)::access.records as r
    from rows from (json_to_recordset(records) as (kind text, outcome text, person text, role text, entity text, controller text, ticket uuid,
      shown uuid[], look bigint, detail text, subject text, hashes text[], terms text, terms_key uuid, session text, address text,
      workstation text, command_line boolean, purpose text, typed_at timestamptz, login text)) with ordinality
      as n (kind, outcome, person, role, entity, controller, ticket, shown, look, detail, subject, hashes, terms, terms_key, session, address,
        workstation, command_line, purpose, typed_at, login, n)
  ) made
  order by (r).position;
  get diagnostics added = row_count;
  return last + added;
end
$$;
-- +goose StatementEnd

-- Appends records as access.append_rows does, without typed_at. The database alone gives position, time, login and leaf.
-- +goose StatementBegin
create function access.append(records json) returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  return access.append_rows(records, false);
end
$$;
-- +goose StatementEnd

-- The search that a person is typing: it becomes a record when it is sent, when another one begins, or after two minutes. It has the columns and
-- checks of a record.
create table access.typed (
  like access.records including constraints,
  typed  text[] not null, -- keyed hashes of the terms
  covers text[] not null, -- keyed hashes of the beginnings of the terms
  primary key (person, role, entity)
);
alter table access.typed drop column position, drop column at, drop column leaf, alter column typed_at set not null;
create index typed_at on access.typed (typed_at);

-- The search as access.append_rows takes it.
create function access.row_of(t access.typed) returns jsonb language sql stable as $$
  select to_jsonb(t) - '{typed,covers}'::text[] || jsonb_build_object('terms', encode(t.terms, 'base64')) $$;

-- Makes a record of a search that was typed. One that cannot be stored, for example because no index holds its subject, becomes a record whose
-- detail is its text: it stops no other, and is not lost.
-- +goose StatementBegin
create function access.settle(t access.typed) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform access.append_rows(json_build_array(access.row_of(t)), true);
exception when data_exception or integrity_constraint_violation or program_limit_exceeded then
  raise warning 'a typed search cannot be stored as it is: %', sqlerrm;
  perform access.append_rows(json_build_array(json_build_object('kind', 'search', 'person', t.person, 'role', t.role, 'entity', t.entity,
    'detail', access.row_of(t)::text, 'typed_at', t.typed_at, 'login', t.login)), true);
end
$$;
-- +goose StatementEnd

-- Whether a search that follows continues one that is typed: what was typed is longer or shorter, and all else about both is the same. A search for
-- a person by tax code continues as one for the same person.
create function access.continues(later access.typed, t access.typed) returns boolean language sql stable as $$
  select t.typed <> '{}' and later.typed <> '{}' and (t.typed <@ later.covers and t.subject in ('', later.subject) or later.typed <@ t.covers and t.subject = later.subject)
    and (t.kind, t.outcome, t.controller, t.ticket, t.look, t.detail, t.session, t.address, t.workstation, t.command_line, t.purpose, t.login)
      is not distinct from (later.kind, later.outcome, later.controller, later.ticket, later.look, later.detail, later.session, later.address, later.workstation, later.command_line, later.purpose, later.login) $$;

-- Records a search, or keeps it as the one that its person types. What is typed further replaces what was typed before; what is deleted again
-- does not. So a search is one record, however many letters it has, with all tickets that its answers showed.
-- +goose StatementBegin
create function access.append_search(search jsonb, new_typed text[], new_covers text[], typing boolean) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  later access.typed;
  before access.typed;
  all_shown uuid[];
begin
  select n.kind, coalesce(n.outcome, 'shown'), coalesce(n.person, ''), coalesce(n.role, ''), coalesce(n.entity, ''), coalesce(n.controller, ''), n.ticket, n.shown,
    n.look, coalesce(n.detail, ''), coalesce(n.subject, ''), n.hashes, decode(n.terms, 'base64'), n.terms_key, coalesce(n.session, ''), coalesce(n.address, ''),
    coalesce(n.workstation, ''), coalesce(n.command_line, false), coalesce(n.purpose, ''), clock_timestamp(), session_user, new_typed, new_covers into later
  from jsonb_to_record(search) as n (kind text, outcome text, person text, role text, entity text, controller text, ticket uuid, shown uuid[], look bigint,
    detail text, subject text, hashes text[], terms text, terms_key uuid, session text, address text, workstation text, command_line boolean, purpose text);
  -- One search of a person at a time: of two that begin at once, none may replace the other unrecorded.
  perform pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'typed', later.person, later.role, later.entity), 0));
  delete from access.typed t where t.person = later.person and t.role = later.role and t.entity = later.entity returning * into before;
  if before.person is not null then
    if before.typed_at < clock_timestamp() - interval '2 minutes' or not access.continues(later, before)
      or not (typing or before.typed <@ new_covers) then -- one that is sent with fewer letters
      perform access.settle(before);
    else
      select array_agg(s.id order by s.n) into all_shown from (
        select u.id, min(u.n) as n from unnest(before.shown || later.shown) with ordinality as u (id, n) group by u.id) s;
      if not before.typed <@ new_covers then -- fewer letters than before
        before.typed_at := later.typed_at;
        later := before;
      end if;
      later.shown := all_shown;
    end if;
  end if;
  if typing then
    insert into access.typed select later.*;
  else
    perform access.append_rows(json_build_array(access.row_of(later)), false);
  end if;
end
$$;
-- +goose StatementEnd

-- Makes records of the searches on which nobody typed for two minutes; with everything, of all.
-- +goose StatementBegin
create function access.append_typed(everything boolean) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  this access.typed;
begin
  for this in
    with gone as (delete from access.typed t where everything or t.typed_at < clock_timestamp() - interval '2 minutes' returning *)
    select * from gone g order by g.typed_at
  loop
    perform access.settle(this);
  end loop;
end
$$;
-- +goose StatementEnd

-- The months whose records are all older than so many months, at least 24, the oldest first.
create function access.expired_months(keep integer) returns table (month date, first_position bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select m.month, m.first_position from access.months m
  where m.dropped_at is null and m.month + make_interval(months => greatest(keep, 24) + 1) <= clock_timestamp() at time zone 'UTC'
  order by m.month $$;

-- The leaves of a month that has expired after a position, in their order.
-- +goose StatementBegin
create function access.month_leaves(wanted date, after bigint, how_many integer) returns table ("position" bigint, leaf bytea)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if wanted not in (select e.month from access.expired_months(24) e) then
    raise exception 'month % has not expired', wanted using errcode = 'insufficient_privilege';
  end if;
  return query execute format('select r.position, r.leaf from access.%I r where r.position > $1 order by r.at, r.position limit $2',
    'records_' || to_char(wanted, 'YYYY_MM')) using after, how_many;
end
$$;
-- +goose StatementEnd

-- Refuses to destroy a key of the stream of the months' keys, to all but the owner of the keys, as which access.drop_month runs. A key is wrapped
-- again as before.
-- +goose StatementBegin
create function access.keep_month_key() returns trigger language plpgsql as $$
begin
  if not pg_has_role(current_user, (select c.relowner from pg_class c where c.oid = tg_relid), 'usage') then
    raise exception 'the key % of a month is destroyed with the month', new.id using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger keep_month_key before insert or update on keys.keys for each row
  when (new.stream = 'a3d5c7a0-5d0c-4e57-9d3e-6c1f0a2b7c11' and new.wrapped is null) execute function access.keep_month_key();

-- The root (RFC 6962) of the tree over the leaves that a query gives with their positions, in its order; their number, and the first and last
-- position. No role of the service can call it.
-- +goose StatementBegin
create function access.root_of(query text, out root bytea, out n bigint, out first_one bigint, out last_one bigint)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  this record;
  hashes bytea[] := '{}'; -- of complete subtrees, the largest first: one for each bit of n
  hash bytea;
  rest bigint;
begin
  n := 0;
  for this in execute query loop
    first_one := coalesce(first_one, this.position);
    last_one := this.position;
    hash := this.leaf;
    rest := n;
    while rest % 2 = 1 loop
      hash := sha256('\x01'::bytea || hashes[cardinality(hashes)] || hash);
      hashes := hashes[:cardinality(hashes) - 1];
      rest := rest / 2;
    end loop;
    hashes := hashes || hash;
    n := n + 1;
  end loop;
  root := sha256(''); -- of no leaf
  for i in reverse cardinality(hashes) .. 1 loop
    root := case when i = cardinality(hashes) then hashes[i] else sha256('\x01'::bytea || hashes[i] || root) end;
  end loop;
end
$$;
-- +goose StatementEnd

-- Refuses a root that is not the computed one, and a signed note that does not begin with the text. The database cannot check the signature.
-- +goose StatementBegin
create function access.check_note(wanted date, root bytea, signed_root bytea, signed_note text, content text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if root is distinct from signed_root then
    raise exception 'month % has the root %, and not %', wanted, encode(root, 'hex'), encode(signed_root, 'hex') using errcode = 'data_corrupted';
  end if;
  if not coalesce(starts_with(signed_note, content || E'\n' || encode(root, 'base64') || E'\n\n'), false) then
    raise exception 'the signed note is not of month %, its positions and its root', wanted using errcode = 'data_corrupted';
  end if;
end
$$;
-- +goose StatementEnd

-- Drops the oldest month, whose records must all be older than so many months, at least 24, with the key of its searches. It leaves first and
-- last position and the root of the tree, which it computes too, and the signed note that holds them.
-- +goose StatementBegin
create function access.drop_month(wanted date, keep integer, signed_root bytea, signed_note text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  name text := 'records_' || to_char(wanted, 'YYYY_MM');
  tree record;
begin
  if wanted is distinct from (select e.month from access.expired_months(keep) e limit 1) then
    raise exception 'month % is not the oldest that has expired', wanted using errcode = 'insufficient_privilege';
  end if;
  select * into tree from access.root_of(format('select r.position, r.leaf from access.%I r order by r.at, r.position', name));
  if tree.n > 0 and tree.n <> tree.last_one - tree.first_one + 1 then
    raise exception 'month % has % records of positions % to %', wanted, tree.n, tree.first_one, tree.last_one using errcode = 'data_corrupted';
  end if;
  perform access.check_note(wanted, tree.root, signed_root, signed_note,
    format(E'SOL access log\n%s\n%s %s', to_char(wanted, 'YYYY-MM'), coalesce(tree.first_one, 0), coalesce(tree.last_one, 0)));
  execute format('update keys.keys set wrapped = null, destroyed_at = clock_timestamp() where wrapped is not null and stream = $1
    and id in (select r.terms_key from access.%I r)', name) using 'a3d5c7a0-5d0c-4e57-9d3e-6c1f0a2b7c11'::uuid;
  perform from access.allocator for update; -- only now: records are appended while the month is read
  execute format('alter table access.records detach partition access.%I', name);
  execute format('drop table access.%I', name);
  update access.months m set first_position = tree.first_one, last_position = tree.last_one, root = tree.root, signature = signed_note, dropped_at = clock_timestamp()
    where m.month = wanted;
end
$$;
-- +goose StatementEnd

-- The records of the releases before, with negative positions, in their order. Only functions of the owner read it.
create view access.earlier as
  select r.id - 1000000000000000 as position, r.at, r.what, r.person, r.role, r.entity, r.ticket, r.detail, r.subject, null::text[] as terms from access.reads r
  union all
  select r.id - 1000000000000000, r.at, 'search', r.person, r.role, r.entity, null, '', r.subject, r.terms from access.searches r;

-- A row for each month of theirs that was dropped. Their positions have gaps.
create table access.earlier_months (
  month          date primary key,
  first_position bigint not null,
  last_position  bigint not null,
  records        bigint not null,
  root           bytea not null,
  signature      text not null,
  dropped_at     timestamptz not null default clock_timestamp()
);

-- The oldest month of theirs whose records are all older than so many months, at least 24; null: none.
create function access.expired_earlier(keep integer) returns date
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select m.month from (select date_trunc('month', min(e.at) at time zone 'UTC')::date as month from access.earlier e) m
  where m.month + make_interval(months => greatest(keep, 24) + 1) <= clock_timestamp() at time zone 'UTC' $$;

-- The leaves of the records of a month of theirs after a position, in their order: as access.leaf, of version 0, position, time, kind, person,
-- role, entity, ticket, detail, subject and hashes of terms.
-- +goose StatementBegin
create function access.earlier_leaves(wanted date, after bigint, how_many bigint) returns table ("position" bigint, leaf bytea)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select e.position, sha256('\x00'::bytea || convert_to(json_build_array(0, e.position, (extract(epoch from e.at) * 1000000)::bigint, e.what, e.person, e.role, e.entity,
      e.ticket, e.detail, e.subject, e.terms)::text, 'UTF8'))
    from access.earlier e
    where e.at >= wanted::timestamp at time zone 'UTC' and e.at < (wanted + interval '1 month') at time zone 'UTC' and e.position > after order by e.position limit how_many;
end
$$;
-- +goose StatementEnd

-- Deletes the records of the oldest month of theirs, as access.drop_month does.
-- +goose StatementBegin
create function access.drop_earlier(wanted date, keep integer, signed_root bytea, signed_note text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  tree record;
  begins timestamptz := wanted::timestamp at time zone 'UTC';
  ends timestamptz := (wanted + interval '1 month') at time zone 'UTC';
begin
  if wanted is distinct from access.expired_earlier(keep) then
    raise exception 'month % is not the oldest that has expired', wanted using errcode = 'insufficient_privilege';
  end if;
  select * into tree from access.root_of(format('select l.position, l.leaf from access.earlier_leaves(%L, %s, null) l', to_char(wanted::timestamp, 'YYYY-MM-DD'), -1000000000000000));
  perform access.check_note(wanted, tree.root, signed_root, signed_note,
    format(E'SOL access log, earlier releases\n%s\n%s %s %s', to_char(wanted, 'YYYY-MM'), tree.first_one, tree.last_one, tree.n));
  delete from access.reads r where r.at >= begins and r.at < ends;
  delete from access.searches r where r.at >= begins and r.at < ends;
  insert into access.earlier_months (month, first_position, last_position, records, root, signature)
    values (wanted, tree.first_one, tree.last_one, tree.n, tree.root, signed_note);
end
$$;
-- +goose StatementEnd
-- Nodes write and delete them no more. Those of the release before, which log in as the owner, do, and delete after 24 months.
create policy kept on access.reads as restrictive for delete to sol_worker using ((select session_user not in ('sol_viewer', 'sol_append', 'sol_worker')));
create policy closed on access.reads as restrictive for insert to sol_worker with check (session_user not in ('sol_viewer', 'sol_append', 'sol_worker'));
create policy kept on access.searches as restrictive for delete to sol_worker using ((select session_user not in ('sol_viewer', 'sol_append', 'sol_worker')));

alter table access.records enable row level security;
alter table access.records force row level security; -- no policy lets anybody update or delete, the owner included
create policy owner on access.records for select to current_user using (true);
create policy appends on access.records for insert to sol_definer with check (current_user = 'sol_definer'); -- and not its members
create policy definer on access.records for select to sol_definer using (true);
-- Whether the reader of the transaction audits.
create function access.audits() returns boolean language sql stable parallel safe as $$
  select coalesce((access.reader()).role, '') in ('auditor', 'responsabile_protezione_dati') $$;
-- Auditors and data protection officers of one entity read the records of its tickets and of its employees; the Region's read all.
create policy auditor on access.records for select to sol_request using ((select access.audits())
  and ((select access.reader_everything()) or controller = (select access.reader_entity()) or entity = (select access.reader_entity())));
grant select on access.records to sol_request;
call access.show('access.records');
grant select on access.months, access.earlier_months to sol_maintenance;
grant usage on schema access to sol_maintenance;

grant usage, create on schema access to sol_definer;
grant select, insert on access.records to sol_definer;
grant select, update (first_position) on access.months to sol_definer;
grant select, update (singleton) on access.allocator to sol_definer; -- to lock its row
grant select, insert, delete on access.typed to sol_definer;
-- +goose StatementBegin
do $$
declare
  part regproc;
begin
  foreach part in array array['access.head', 'access.append_rows', 'access.append', 'access.settle', 'access.append_search', 'access.append_typed']::regproc[] loop
    execute format('alter function %s owner to sol_definer', part);
  end loop;
end
$$;
-- +goose StatementEnd
revoke create on schema access from sol_definer;

revoke execute on function access.make_month, access.make_months, access.head, access.append_rows, access.append, access.settle, access.append_search, access.append_typed,
  access.expired_months, access.month_leaves, access.drop_month, access.root_of, access.check_note, access.expired_earlier, access.earlier_leaves, access.drop_earlier from public;
grant execute on function access.make_month to sol_definer;
grant execute on function access.make_months, access.append, access.append_search, access.append_typed to sol_worker;
grant execute on function access.expired_months, access.month_leaves, access.drop_month, access.expired_earlier, access.earlier_leaves, access.drop_earlier to sol_maintenance;

select access.make_months(2);
