-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Second factors of local accounts, and sessions that people can tell apart. See docs/decisions/0079.

-- +goose Up

set local lock_timeout = '5s';

-- A second factor of an account. It counts from confirmed_at on, which follows from the event of the account stream.
create table identity.factors (
  id           uuid primary key,
  account      uuid not null references identity.accounts,
  kind         text not null check (kind <> ''), -- account.FactorKind
  name         text not null,         -- that the person gave it
  sealed       bytea not null,        -- by the keyring, for the purpose second-factor
  created_at   timestamptz not null,
  confirmed_at timestamptz,           -- null: it does not count yet
  used_at      timestamptz,
  step         bigint not null default 0 -- of TOTP: number of the last 30 seconds whose code was used; no code counts twice
);
create index factors_account on identity.factors (account);

-- Keyed hashes of recovery codes. A code that was used is deleted.
create table identity.recovery_codes (
  account uuid not null references identity.accounts,
  code    text not null,
  primary key (account, code)
);

grant select, insert, update, delete on identity.factors, identity.recovery_codes to sol_worker;

alter table identity.sessions
  add column id        uuid not null unique default gen_random_uuid(), -- names the session where its token must not stand
  add column factor    text not null default '' check (factor in ('', 'due', 'missing', 'given')), -- see identity.FactorState
  add column address   text not null default '';               -- of the client that logged in
