-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Who may come in: accounts, their roles at entities, open sessions, failed logins. Passwords, PINs, tokens and tax
-- codes are here as hashes only.

-- +goose Up

create schema identity;

create table identity.accounts (
  id          uuid primary key,
  username    text not null unique check (username = lower(username) and username <> ''),
  given_name  text not null,
  family_name text not null,
  password    text not null, -- argon2id, PHC string
  pin         text not null, -- argon2id, PHC string
  subject     text unique,   -- keyed hash of a verified citizen's tax code
  created_at  timestamptz not null,
  disabled_at timestamptz
);

-- A placement is a role at an entity for a time. The entity is '' for roles that are held at none.
create table identity.placements (
  id         uuid primary key,
  account    uuid not null references identity.accounts,
  role       text not null check (role <> ''),
  entity     text not null,
  valid_from timestamptz not null,
  valid_to   timestamptz check (valid_to >= valid_from)
);
create unique index placements_current on identity.placements (account, role, entity) where valid_to is null;
create index placements_entity on identity.placements (entity);

create table identity.sessions (
  token     bytea primary key, -- SHA-256 of the token: who reads the table cannot use it
  account   uuid not null references identity.accounts,
  placement uuid references identity.placements, -- null: not chosen yet
  begun_at  timestamptz not null,
  seen_at   timestamptz not null
);
create index sessions_account on identity.sessions (account);

-- Failed logins by user name, whether it exists or not: a lock says nothing about that.
create table identity.failures (
  name     text primary key, -- keyed hash of what was typed
  failures integer not null,
  last_at  timestamptz not null
);
create index failures_last_at on identity.failures (last_at);

-- The role that reads tickets for people has no business here.
grant usage on schema identity to sol_worker;
grant select, insert, update on identity.accounts, identity.placements to sol_worker;
grant select, insert, update, delete on identity.sessions, identity.failures to sol_worker;
