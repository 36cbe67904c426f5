-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Versions of keys come into use when all running nodes hold them.

-- +goose Up

-- From when a version is in use; null until all nodes hold it. Nodes of the release before used the newest version.
alter table keys.hash_keys add column active_at timestamptz;
update keys.hash_keys set active_at = created_at;
grant update (active_at) on keys.hash_keys to sol_append;

-- The keys that each running node holds. A node that has not repeated it for a minute has ended.
create table keys.nodes (
  node    uuid primary key,
  masters bytea[] not null, -- check values of its master keys
  known   jsonb not null,   -- the newest version of each purpose
  seen_at timestamptz not null default clock_timestamp()
);
grant select, insert, update, delete on keys.nodes to sol_append;

-- Destroyed versions of the key of tax codes. A node that still uses one reads its keys again before it adds a person.
alter table person.settings add column destroyed_keys integer[] not null default '{}';
