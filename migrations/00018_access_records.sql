-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Access records are written on the connections for sessions, as sol_worker, so that they do not wait behind lists. The time stays the
-- database's.

-- +goose Up

set local lock_timeout = '5s';

grant insert (person, role, entity, ticket, what, detail, subject) on access.reads to sol_worker;
