-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Changes of accounts follow from the account stream of the log (docs/decisions/0065), and log-ins are recorded for 24 months.

-- +goose Up

set local lock_timeout = '5s';

-- must_change: the secrets were generated for the person, who must replace them before anything else. Accounts that exist need not.
alter table identity.accounts add column must_change boolean not null default false;

-- Hashes of new secrets, which no event holds. The event with the id of the change makes them valid; the row is deleted then.
create table identity.staged_secrets (
  id        uuid primary key, -- of the change
  account   uuid not null references identity.accounts,
  password  text,             -- argon2id, PHC string; null: it stays
  pin       text,             -- as password
  staged_at timestamptz not null default clock_timestamp()
);
create index staged_secrets_account on identity.staged_secrets (account);
grant select, insert, update, delete on identity.staged_secrets to sol_worker;

-- The version of the account stream up to which identity.accounts and identity.placements hold its events.
create table identity.applied (
  singleton boolean primary key default true check (singleton),
  version   integer not null
);
insert into identity.applied (version) values (0);
grant select, update on identity.applied to sol_worker;

-- Log-ins, failed ones, locks and their ends. Failures and locks of one account from one address in one period are one row with a count,
-- and the rows of a period are limited, so that nobody can grow the table by guessing.
create table access.logins (
  id      bigint generated always as identity primary key,
  at      timestamptz not null default clock_timestamp(), -- of the first
  last_at timestamptz not null default clock_timestamp(),
  what    text not null check (what in ('login', 'failure', 'lock', 'unlock')),
  account text not null,           -- '': no account has the name that was typed
  address text not null,           -- of the client, of IPv6 the /64 network; '': all further ones of the period; of an unlock whose it was
  person  text not null,           -- account of the administrator who unlocked; '' for all else
  count   integer not null default 1 check (count > 0),
  period  timestamptz not null     -- beginning of the period in which it is added up; of a log-in its own time
);
create unique index logins_period on access.logins (period, what, account, address, person);
create index logins_account on access.logins (account, id) where account <> '';
create index logins_at on access.logins using brin (at);

-- +goose StatementBegin
create function access.refuse_login() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.last_at < clock_timestamp() - interval '24 months' then
    return old;
  end if;
  if tg_op = 'UPDATE' and new.count > old.count and new.last_at >= old.last_at
    and (new.id, new.at, new.what, new.account, new.address, new.person, new.period)
      = (old.id, old.at, old.what, old.account, old.address, old.person, old.period) then
    return new;
  end if;
  raise exception 'access.logins is append-only for 24 months: % refused', tg_op using errcode = 'insufficient_privilege';
end
$$;
-- +goose StatementEnd
create trigger append_only before update or delete on access.logins for each row execute function access.refuse_login();
create trigger never_emptied before truncate on access.logins for each statement execute function access.refuse_login();
alter table access.logins enable always trigger append_only;
alter table access.logins enable always trigger never_emptied;

alter table access.logins enable row level security;
create policy auditor on access.logins for select to sol_request using (current_setting('app.role', true) = 'auditor');
create policy worker on access.logins to sol_worker using (true);
grant select on access.logins to sol_request;
grant insert (what, account, address, person, period), update (count, last_at), select, delete on access.logins to sol_worker;
