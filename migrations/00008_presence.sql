-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Who has a ticket open just now. It is over after seconds and worth nothing after a crash.

-- +goose Up

create schema presence;

create unlogged table presence.readers (
  ticket        uuid not null,
  account       uuid not null,
  entity        text not null,
  seen_at       timestamptz not null,
  writing_until timestamptz not null, -- in the past: they only look
  primary key (ticket, account)
) with (fillfactor = 50);
create index readers_seen_at on presence.readers (seen_at);

grant usage on schema presence to sol_worker;
grant select, insert, update, delete on presence.readers to sol_worker;
