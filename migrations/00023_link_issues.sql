-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- The time from which personal links and e-mail addresses of tickets name their issue. Those that name none were made before it, and their
-- validity counts from it.

-- +goose Up

create table identity.link_issues (
  one   boolean primary key default true check (one),
  since timestamptz not null
);
insert into identity.link_issues (since) values (clock_timestamp());
grant select on identity.link_issues to sol_worker;
