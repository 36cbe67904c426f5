-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Bounds that all nodes share: failed log-ins by account and by where they come from, and requests of the public form by e-mail address and
-- tax code (docs/decisions/0066). identity.failures of the releases before stays until no node of theirs runs.

-- +goose Up

-- Failed log-ins, whether the user name exists or not. A source is an address or a known device.
create table identity.login_failures (
  name     text not null, -- keyed hash of the user name as typed; '': all names together
  source   text not null, -- keyed hash of the source; '': all unknown sources together
  failures integer not null check (failures > 0),
  begun_at timestamptz not null, -- first one counted
  last_at  timestamptz not null,
  primary key (name, source)
);
create index login_failures_last_at on identity.login_failures (last_at);

-- Addresses and devices from which a user name has logged in.
create table identity.known_sources (
  name    text not null, -- as in login_failures
  source  text not null,
  seen_at timestamptz not null, -- last log-in
  primary key (name, source)
);
create index known_sources_seen_at on identity.known_sources (seen_at);

-- Requests of the public form in a window of time. Neither the e-mail address nor the tax code is here, only a keyed hash.
create table identity.form_counts (
  subject  text primary key, -- keyed hash of the kind (e-mail or tax code) and its value
  count    integer not null check (count > 0),
  begun_at timestamptz not null -- of the window
);
create index form_counts_begun_at on identity.form_counts (begun_at);

grant select, insert, update, delete on identity.login_failures, identity.known_sources, identity.form_counts to sol_worker;
