-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Mails that were not simply sent are found without the sent ones, which stay for ever. The indexes are built without a lock that writes wait
-- for; one that a failure left invalid is built again.

-- +goose NO TRANSACTION
-- +goose Up

drop index concurrently if exists mail.deliveries_open;
create index concurrently deliveries_open on mail.deliveries (created_at) where state not in ('sent', 'void') or uncertain;
drop index concurrently if exists mail.deliveries_ended_at;
create index concurrently deliveries_ended_at on mail.deliveries (ended_at) where state in ('sent', 'void');
