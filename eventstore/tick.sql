-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- This statement commits a time of the log without an event. The allocator is locked, as for append.sql: every append that began
-- before has its time and is committed. $1 and $2 are $1 and $29 of append.sql.
with clock as materialized (
  select greatest((select recorded_at from log.events order by position desc limit 1), (select max(at) from log.ticks),
    coalesce($1::timestamptz, least(clock_timestamp(), $2::timestamptz))) as at
),
stored as (
  insert into log.ticks (at) select at from clock on conflict do nothing
)
select at from clock
