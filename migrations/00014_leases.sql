-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Outbox messages, timers and mails in hand are claimed by lease columns, so that no transaction stays open over the work and another
-- node takes over what a node that is dead, frozen or cut off had in hand. A claim ends at claimed_until by the database's clock; only
-- the holder of claimed_by may store a result. Nodes of the release before ignore these columns.

-- +goose Up

set local lock_timeout = '5s'; -- of the transaction of this migration

alter table saga.outbox
  add column claimed_by    uuid,        -- the claim; null: nobody has the message in hand
  add column claimed_until timestamptz; -- also without a claim: not to be delivered again before
-- The messages of one ticket and topic are delivered in order: is an earlier one waiting?
create index outbox_order on saga.outbox ((metadata ->> 'topic'), (metadata ->> 'ticket'), "offset") where not acked;

alter table saga.timers
  add column claimed_by    uuid,
  add column claimed_until timestamptz;
