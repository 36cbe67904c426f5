-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- +goose Up

-- An access record may be a question to a connected system about the citizen of a ticket; detail names the query. The wider check holds for
-- all stored rows, so they are not read again.
alter table access.reads drop constraint reads_what_check;
alter table access.reads add constraint reads_what_check
  check (what in ('ticket', 'checks', 'attachment', 'history', 'dossier', 'accesses', 'search', 'question')) not valid;
