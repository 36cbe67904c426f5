-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Restores of the log: the epochs that they began, what each of them kept, and the mails whose fate a restore leaves open.

-- +goose Up

-- One row for each epoch after the first. The epoch before keeps its events up to position cut; its later positions are lost.
create table log.epochs (
  epoch       integer primary key check (epoch > 1),
  from_epoch  integer not null check (from_epoch > 0 and from_epoch < epoch),
  cut         bigint not null check (cut >= 0),
  acted_until timestamptz not null, -- until then the lost events may have had effects outside, for example mails
  began_at    timestamptz not null
);
grant select on log.epochs to sol_append, sol_worker, sol_request;

-- The database server that holds the log. A dump that is restored to another server brings the identifier of the first.
create table log.server (
  singleton         boolean primary key default true check (singleton),
  system_identifier text not null,
  timeline          integer not null
);
grant select on log.server to sol_worker;
grant select on sequence log.numbers to sol_worker;

-- Timers that were due when an epoch began: the lost events may hold their commands.
create table saga.uncertain_timers (
  epoch  integer not null,
  saga   text not null,
  ticket uuid not null,
  cause  bigint not null,
  primary key (epoch, saga, ticket, cause)
);
grant select on saga.uncertain_timers to sol_worker;

alter table mail.deliveries drop constraint deliveries_state_check;
alter table mail.deliveries add constraint deliveries_state_check
  check (state in ('waiting', 'sending', 'sent', 'refused', 'bounced', 'void', 'uncertain'));

-- Whether a message of the outbox may have been mailed before a restore by a node whose records are lost: its cause was recorded before
-- the cut and it was due before the lost log ended, or its cause is the command of a timer that was due then.
-- +goose StatementBegin
create function mail.is_uncertain(message uuid) returns boolean language sql stable as $$
  select exists (
    select from log.epochs p join saga.sent s on s.id = message
    where s.cause <= p.cut and s.at <= p.acted_until
      or s.cause > p.cut and exists (
        select from log.events e
          join saga.uncertain_timers t on t.epoch = p.epoch and t.saga = e.actor and t.ticket = e.stream and t.cause = e.cause
        where e.position = s.cause and e.recorded_at < p.began_at + interval '1 day'))
$$;
-- +goose StatementEnd
grant execute on function mail.is_uncertain to sol_worker;
