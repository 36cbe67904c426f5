-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- This statement stores one batch of appends. `select … for update` on log.allocator precedes it in the same implicit
-- transaction: its snapshot contains every event that has a position, and no other transaction assigns positions. The row is
-- locked and never updated, so that it has one version, however long another transaction keeps an old snapshot.
-- $1 is the time, null for the database's clock; $29 is the latest time that this clock may give, null for any. $2–$11 have one
-- element for each append, and $28 too unless it is null; $12–$24 have one for each event, $25–$27 one for each new key. $30 are the reader
-- tags of the stream after the append, $31 those of the event and $32 its only readers.
with last_event as materialized (select position, recorded_at from log.events order by position desc limit 1),
allocator as materialized (
  select epoch, head, at, (extract(epoch from at) * 1000000)::bigint as micros
  from (
    select epoch, coalesce((select position from last_event), 0) as head,
      greatest((select recorded_at from last_event), (select max(at) from log.ticks),
        coalesce($1::timestamptz, least(clock_timestamp(), $29::timestamptz))) as at
    from log.allocator
  ) l
),
requested as materialized (
  select a.*,
    coalesce((select s.version from log.streams s where s.id = a.stream), 0) as found,
    (select c from log.commands c where c.id = a.command) as first -- in all tables of commands
  from unnest($2::uuid[], $3::bytea[], $4::boolean[], $5::uuid[], $6::text[], $7::text[], $8::integer[],
              $9::integer[], $10::boolean[], $11::integer[], $28::timestamptz[], $30::text[])
    as a (command, request, permanent, stream, kind, subject, expected, events, erase, ord, not_after, readers)
),
accepted as materialized ( -- last: position of the append's last event; without events, of the event before the append
  select a.*, l.epoch, l.at, l.micros, l.head + sum(a.events) over (order by a.ord) as last
  from requested a cross join allocator l
  where (a.first).id is null and a.found = a.expected and l.at <= coalesce(a.not_after, 'infinity')
),
new_events as (
  insert into log.events (position, stream, version, type, recorded_at, actor, role, entity, act, cause, data,
                          sealed, key, blobs, readers, only_for, hash)
  select w.last - w.events + e.n, w.stream, w.expected + e.n, e.type, w.at, e.actor, e.role, e.entity, e.act,
    nullif(e.cause, 0), e.data, e.sealed, e.key, e.blobs::uuid[], e.readers::text[], e.only_for::text[],
    sha256('\x00'::bytea || uuid_send(w.stream) || int4send(w.expected + e.n)
      || int4send(octet_length(e.type)) || convert_to(e.type, 'UTF8') || int8send(w.micros) || e.content)
  from unnest($12::integer[], $13::integer[], $14::text[], $15::text[], $16::text[], $17::text[], $18::uuid[],
              $19::bigint[], $20::bytea[], $21::bytea[], $22::uuid[], $23::text[], $24::bytea[], $31::text[], $32::text[])
      as e (ord, n, type, actor, role, entity, act, cause, data, sealed, key, blobs, content, readers, only_for)
    join accepted w using (ord)
  order by 1
),
new_keys as (
  insert into keys.keys (id, stream, subject, wrapped)
  select k.id, w.stream, coalesce(nullif(w.subject, ''), (select s.subject from log.streams s where s.id = w.stream), ''),
    k.wrapped
  from unnest($25::integer[], $26::uuid[], $27::bytea[]) as k (ord, id, wrapped) join accepted w using (ord)
),
destroyed_keys as (
  update keys.keys set wrapped = null, destroyed_at = (select at from allocator)
  where stream = any ((select array_agg(w.stream) from accepted w where w.erase)::uuid[]) and wrapped is not null
),
new_versions as (
  insert into log.streams as s (id, kind, subject, version, position, readers, readers_version)
  select stream, kind, subject, expected + events, last, readers::text[], case when readers is not null then expected + events end
  from accepted where events > 0
  on conflict (id) do update set version = excluded.version, position = excluded.position,
    readers = coalesce(excluded.readers, s.readers), readers_version = coalesce(excluded.readers_version, s.readers_version)
),
new_commands as (
  insert into log.commands (id, request, stream, version, position, at, permanent)
  select command, request, stream, expected + events, last, at, permanent from accepted where permanent
),
new_client_commands as (
  insert into log.recent_commands (id, request, stream, version, position, at, permanent)
  select command, request, stream, expected + events, last, at, permanent from accepted where not permanent
)
select a.ord,
  case when (a.first).id is not null then 1 when w.ord is not null then 0 when a.found <> a.expected then 2 else 3 end as outcome,
  (select epoch from allocator),
  coalesce((a.first).stream, a.stream),
  coalesce((a.first).version, a.expected + a.events),
  coalesce((a.first).position, w.last, 0)::bigint,
  coalesce((a.first).at, w.at, (select at from allocator)),
  (a.first).request is null or a.request is null or (a.first).request = a.request
from requested a left join accepted w using (ord)
order by a.ord
