-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Streams that a consumer has left at an event whose type its node did not know. It goes on with all other streams, and with these
-- when a node runs it that knows the types.

-- +goose Up

create table log.skipped_streams (
  name       text not null, -- of the consumer
  version    integer not null,
  stream     uuid not null,
  position   bigint not null, -- of the first event that was skipped
  type       text not null,   -- of that event
  skipped_at timestamptz not null default clock_timestamp(),
  primary key (name, version, stream)
);
grant select, insert, delete on log.skipped_streams to sol_worker;

-- How often the consumer's rows of log.skipped_streams changed. A batch is committed only if they did not change meanwhile.
alter table log.consumers add column skip_changes bigint not null default 0;
