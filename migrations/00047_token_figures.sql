-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- An API token of an entity reads the figures of its entity, and one of the Region those of all (docs/decisions/0080). Nodes of the release before
-- know no tokens: no reader of theirs has the role integrazione and an entity.

-- +goose Up

set local lock_timeout = '5s';

create or replace function access.reader_figures() returns text language sql stable parallel safe as $$
  select case when r.role in ('supervisore_asr', 'auditor', 'responsabile_protezione_dati', 'integrazione') then nullif(r.entity, '') end from access.reader() r $$;
create or replace function access.reader_all_figures() returns boolean language sql stable parallel safe as $$
  select coalesce(r.everything or r.role in ('supervisore_regionale', 'integrazione') and r.entity = 'regione', false) from access.reader() r $$;
