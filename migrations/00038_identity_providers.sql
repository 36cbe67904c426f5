-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Log-ins through identity providers (docs/decisions/0077).

-- +goose Up

set local lock_timeout = '5s';

-- Identities at a provider that lead to an account of the staff. Citizens are found by their person id.
create table identity.bound_identities (
  id       uuid not null unique,                   -- of the change of the account stream that bound it
  provider text not null check (provider <> ''),   -- its name in the configuration
  identity text not null,                          -- keyed hash of the subject or of the tax code
  kind     text not null check (kind in ('subject', 'tax-code')),
  account  uuid not null references identity.accounts,
  at_login boolean not null default false,         -- the first log-in made it, by the mapping; otherwise an administrator
  bound_at timestamptz not null default clock_timestamp(),
  primary key (provider, identity)
);
create index bound_identities_account on identity.bound_identities (account);
grant select, insert, update, delete on identity.bound_identities to sol_worker;

-- Identities that an event binds, or that wait for a second administrator. They lead nowhere until then.
create table identity.staged_bindings (
  id         uuid primary key, -- of the change
  account    uuid not null references identity.accounts,
  provider   text not null,
  kind       text not null,
  identities text[] not null,  -- keyed hashes with all keys, the newest first
  staged_at  timestamptz not null default clock_timestamp()
);
create index staged_bindings_account on identity.staged_bindings (account);
grant select, insert, delete on identity.staged_bindings to sol_worker;

-- Where the person of a session logged in, for the logout at both ends; null: with user name, password and PIN.
alter table identity.sessions
  add column provider         text,
  add column provider_subject text, -- keyed hash of the person's id at the provider
  add column provider_session text; -- keyed hash of the id of the session at the provider; null: it told none
create index sessions_provider on identity.sessions (provider, provider_subject) where provider is not null;

-- Which provider it was, and the code of the refusal.
alter table access.logins
  add column provider text not null default '',
  add column reason   text not null default '';
grant insert (provider, reason) on access.logins to sol_worker;
create or replace view shown.logins as
  select id, at, last_at, what, account, address, person, count, period, provider, reason from access.logins where (select access.has_reader());

-- As in 00037, with the columns above.
-- +goose StatementBegin
create or replace function access.refuse_login() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.last_at < clock_timestamp() - interval '24 months' then
    return old;
  end if;
  if tg_op = 'UPDATE' and (new.id, new.at, new.what, new.account, new.address, new.person, new.period, new.provider, new.reason)
      = (old.id, old.at, old.what, old.account, old.address, old.person, old.period, old.provider, old.reason)
    and (new.count = old.count + 1 and new.last_at between old.last_at and greatest(old.last_at, clock_timestamp()) and new.forwarded = old.forwarded and new.forwarded_at is not distinct from old.forwarded_at
      or new.count = old.count and new.last_at = old.last_at and new.forwarded > old.forwarded and new.forwarded <= new.count) then
    return new;
  end if;
  raise exception 'access.logins is append-only for 24 months: % refused', tg_op using errcode = 'insufficient_privilege';
end
$$;
-- +goose StatementEnd
