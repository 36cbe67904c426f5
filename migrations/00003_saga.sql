-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- What must happen by itself: where each saga stands, its timers, what it decided and why, and the outbox that
-- carries its messages away. Everything but the outbox and the outcomes can be derived from the log again.

-- +goose Up

create schema saga;

-- One version of a saga. Whoever handles a batch locks this row first, so instances and timers move with it alone.
create table saga.sagas (
  name      text not null,
  version   integer not null check (version > 0),
  position  bigint not null default 0, -- every event up to here has been handled
  worker    uuid,                      -- the process that handled last
  live      boolean not null,          -- its timers are taken; one version of a saga at a time
  live_from bigint,                    -- it goes live when it gets there; null: it is live, or was replaced
  primary key (name, version)
) with (fillfactor = 50);

-- What a saga remembers of a ticket, while it has something to wait for. References only, no personal data.
create table saga.instances (
  saga     text not null,
  version  integer not null,
  ticket   uuid not null,
  state    jsonb not null,
  position bigint not null, -- of the last event that changed the state
  primary key (saga, version, ticket)
) with (fillfactor = 80);

create table saga.timers (
  saga     text not null,
  version  integer not null,
  ticket   uuid not null,
  key      text not null,
  once     boolean not null,     -- an event said all about it: what the saga remembers does not tell of it
  due_at   timestamptz not null, -- as the saga said
  next_at  timestamptz not null, -- when to try: due_at at first, later after a failure
  command  text not null,        -- stored name, e.g. close.v1; send.v1 for a message
  data     jsonb not null,       -- the command, or the message
  why      text not null,
  cause    bigint not null,      -- position of the event that set it
  attempts integer not null default 0,
  error    text not null default '',
  primary key (saga, version, ticket, key)
) with (fillfactor = 80);
create index timers_next_at on saga.timers (saga, version, next_at); -- cost follows what is due
create index timers_failing on saga.timers (saga, version) where attempts > 0;

create table saga.journal (
  id      bigint generated always as identity primary key,
  saga    text not null,
  version integer not null,
  ticket  uuid not null,
  cause   bigint not null,      -- position of the event it follows from
  n       integer not null,     -- its place among what that event led to; 0 for what a timer led to
  at      timestamptz not null, -- a decision: the event's time; an outcome: when it came
  what    text not null check (what in ('schedule', 'cancel', 'dispatch', 'send', 'later', 'reschedule', 'done', 'refused')),
  key     text not null,
  due_at  timestamptz,
  command text not null default '',
  why     text not null default ''
);
create index journal_ticket on saga.journal (ticket, id);

-- Every message ever sent, by the id that its cause gives it: the same cause sends it once, for ever.
create table saga.sent (
  id     uuid primary key,
  topic  text not null,
  saga   text not null,
  ticket uuid not null,
  cause  bigint not null,
  key    text not null,
  at     timestamptz not null
);

-- The outbox as watermill-sql's queue schema reads it, all topics in one table.
create table saga.outbox (
  "offset"   bigint generated always as identity primary key,
  uuid       varchar(36) not null,
  payload    json,
  metadata   json not null,
  acked      boolean not null default false,
  created_at timestamptz not null default clock_timestamp()
);
create index outbox_waiting on saga.outbox ((metadata ->> 'topic'), "offset") where not acked;

grant usage on schema saga to sol_worker;
grant select, insert, update, delete on saga.sagas, saga.instances, saga.timers, saga.outbox to sol_worker;
grant select, insert on saga.journal, saga.sent to sol_worker;
