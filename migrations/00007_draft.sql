-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- What operators have typed about a ticket and not sent: sealed with the ticket's key, so that erasing it erases this too.
-- Read and written for its author alone.

-- +goose Up

create schema draft;

create table draft.drafts (
  account uuid not null references identity.accounts,
  ticket  uuid not null,
  sealed  bytea,             -- null: it was sent, or thrown away
  form    text not null,     -- the form that it was typed into; nothing comes out of one that was sent
  at      timestamptz not null,
  primary key (account, ticket)
);
create index drafts_at on draft.drafts (at);

grant usage on schema draft to sol_worker;
grant select, insert, update, delete on draft.drafts to sol_worker;
