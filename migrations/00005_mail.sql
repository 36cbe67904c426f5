-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- What became of every mail. No address and no text stands here: both are taken from the ticket when it is sent.

-- +goose Up

create schema mail;

create table mail.deliveries (
  id           uuid primary key, -- of the message in the outbox; its Message-ID follows from it
  ticket       uuid not null,
  kind         text not null,
  notification jsonb not null,   -- references only
  state        text not null check (state in ('waiting', 'sending', 'sent', 'refused', 'bounced', 'void')),
  uncertain    boolean not null default false, -- we may have died between the peer's 250 and our commit: it may arrive twice
  attempts     integer not null default 0,
  next_at      timestamptz not null, -- while waiting or sending: when to try, or to try again
  error        text not null default '', -- of the last attempt, without addresses
  created_at   timestamptz not null default clock_timestamp(),
  ended_at     timestamptz
);
create index deliveries_next_at on mail.deliveries (next_at) where state in ('waiting', 'sending');
create index deliveries_ticket on mail.deliveries (ticket);

grant usage on schema mail to sol_worker;
grant select, insert, update on mail.deliveries to sol_worker;
