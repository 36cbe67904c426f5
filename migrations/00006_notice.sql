-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- What people are told inside the application: references only, the words are made when it is read. And whether a
-- citizen who logs in wants mail besides.

-- +goose Up

create schema notice;

create table notice.notices (
  id       uuid primary key, -- of the message in the outbox: the same message is one notice
  ticket   uuid not null,
  kind     text not null,
  audience text not null check (audience in ('operators', 'supervisors', 'operator', 'citizen')),
  entity   text not null,   -- '' for a citizen's
  person   text not null,   -- the account of one operator or citizen; '' for a group
  by       text not null,   -- the account that caused it, which is not told in a group
  n        integer not null,
  at       timestamptz not null
);
create index notices_entity on notice.notices (entity, at) where entity <> '';
create index notices_person on notice.notices (person, at) where person <> '';

-- Who has read what: each for themselves, also of what a group is told.
create table notice.marks (
  notice uuid not null references notice.notices on delete cascade,
  person text not null,
  at     timestamptz not null,
  primary key (notice, person)
);

-- Who may read a notice; the ticket's own policy says who still sees the ticket.
create function notice.may_read(audience text, entity text, person text, by text) returns boolean
language sql stable parallel safe as $$
  select coalesce(case
    when current_setting('app.role', true) in ('operatore_asr', 'supervisore_asr', 'operatore_regionale', 'supervisore_regionale')
      then entity <> '' and entity = current_setting('app.entity', true) and case audience
        when 'operator' then person = current_setting('app.person', true)
        when 'operators' then by <> current_setting('app.person', true)
        when 'supervisors' then by <> current_setting('app.person', true)
          and current_setting('app.role', true) in ('supervisore_asr', 'supervisore_regionale')
        else false end
    when current_setting('app.role', true) = 'cittadino'
      then audience = 'citizen' and person <> '' and person = current_setting('app.person', true)
  end, false)
$$;

alter table notice.notices enable row level security;
create policy worker on notice.notices to sol_worker using (true) with check (true);
create policy viewer on notice.notices for select to sol_request using (notice.may_read(audience, entity, person, by));
alter table notice.marks enable row level security;
create policy worker on notice.marks to sol_worker using (true) with check (true);
create policy viewer on notice.marks for select to sol_request using (person = current_setting('app.person', true));

grant usage on schema notice to sol_worker, sol_request;
grant select, insert, delete on notice.notices, notice.marks to sol_worker;
grant select on notice.notices, notice.marks to sol_request;

create table identity.preferences (
  account uuid primary key references identity.accounts,
  mail    boolean not null -- whether a logged-in citizen is told of news by a mail without content
);
grant select, insert, update on identity.preferences to sol_worker;
