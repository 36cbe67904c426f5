-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- What the supervisors' figures follow from: how every ticket stood from when until when, and what was done when. No
-- figure is stored, so every past day can be asked for. Nothing here tells who a citizen is.

-- +goose Up

-- Who may see figures of an entity, or of a hand-over between two: its supervisors, those of the Region and the auditor
-- all. No setting, an empty one or another role sees nothing.
create function read.may_figure_v1(entity text, other text) returns boolean
language sql stable parallel safe as $$
  select coalesce(case current_setting('app.role', true)
    when 'supervisore_asr' then current_setting('app.entity', true) <> '' and current_setting('app.entity', true) in (entity, other)
    when 'supervisore_regionale' then current_setting('app.entity', true) = 'regione'
    when 'auditor' then true
  end, false)
$$;

-- A ticket has one row that holds at every moment from its opening on. 'infinity' is what has not come.
create table read.standings_v1 (
  ticket      uuid not null,
  version     integer not null, -- of the ticket, when it began to stand so
  number      text collate "C" not null,
  entity      text not null, -- competent
  service     text not null,
  problem     text not null,
  status      text not null,
  assignee    text not null, -- account of the operator, 'supervisori', or ''
  channel     text not null,
  opened_at   timestamptz not null,
  answered_at timestamptz not null, -- the first note to the citizen
  resolved_at timestamptz not null, -- the resolution that stands
  handovers   integer not null,
  reopenings  integer not null,
  from_at     timestamptz not null, -- it stood so from here on,
  to_at       timestamptz not null  -- and no longer from here on
);

create table read.deeds_v1 (
  ticket       uuid not null,
  version      integer not null, -- of the ticket, with it
  number       text collate "C" not null,
  kind         text not null,
  entity       text not null, -- that did it, or gave the ticket
  other        text not null, -- that received it, of a hand-over; else ''
  service      text not null,
  problem      text not null,
  detail       text not null,
  operator     text not null, -- account; '' for citizens and the system
  opened_at    timestamptz not null,
  at           timestamptz not null,
  withdrawn_at timestamptz not null -- its act was undone
);

-- The fold's memory, which no door reads.
create table read.figures_v1 (
  ticket uuid not null,
  folded jsonb not null
);

-- +goose StatementBegin
create procedure read.dress_figures_v1(suffix text) language plpgsql as $$
declare
  standings text := 'standings_v1' || suffix;
  deeds     text := 'deeds_v1' || suffix;
  memory    text := 'figures_v1' || suffix;
  part      text;
begin
  execute format('alter table read.%I add primary key (ticket, version)', standings);
  execute format('alter table read.%I add primary key (ticket, version)', deeds);
  execute format('alter table read.%I add primary key (ticket)', memory);
  foreach part in array array[
    '(to_at) where status <> ''chiuso''', '(entity, to_at) where status <> ''chiuso''', '(opened_at, ticket, version)']
  loop
    execute format('create index on read.%I %s', standings, part);
  end loop;
  foreach part in array array['(at)', '(entity, at)', '(other, at) where other <> ''''']
  loop
    execute format('create index on read.%I %s', deeds, part);
  end loop;

  foreach part in array array[standings, deeds, memory] loop
    execute format('alter table read.%I owner to sol_worker', part);
    execute format('alter table read.%I enable row level security', part);
    execute format('alter table read.%I force row level security', part);
    execute format('create policy worker on read.%I to sol_worker using (true) with check (true)', part);
  end loop;
  execute format('grant select on read.%I, read.%I to sol_request', standings, deeds);
  execute format('create policy viewer on read.%I for select to sol_request using (read.may_figure_v1(entity, ''''))', standings);
  execute format('create policy viewer on read.%I for select to sol_request using (read.may_figure_v1(entity, other))', deeds);
end
$$;
-- +goose StatementEnd
call read.dress_figures_v1('');
