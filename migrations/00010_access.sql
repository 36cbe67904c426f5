-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Who read what of whom, kept for 24 months at least (Garante, 4 June 2015). References only: nothing here says more of
-- anybody than that they were read about.

-- +goose Up

create schema access;

create table access.reads (
  id      bigint generated always as identity primary key,
  at      timestamptz not null default clock_timestamp(),
  person  text not null, -- account; the ticket's id for who holds its personal link
  role    text not null check (role <> ''),
  entity  text not null, -- '' where the role is held at none
  ticket  uuid,          -- null: a search
  what    text not null check (what in ('ticket', 'checks', 'attachment', 'history', 'dossier', 'accesses', 'search')),
  detail  text not null, -- the attachment's id; '' for all else
  subject text not null, -- keyed hash of the codice fiscale that was searched for; '' for all else
  check ((what = 'search') = (ticket is null) and (what = 'search') = (subject <> ''))
);
create index reads_ticket on access.reads (ticket, id) where ticket is not null;
create index reads_subject on access.reads (subject, id) where subject <> '';
create index reads_at on access.reads using brin (at); -- rows lie in the order of at: tidying finds the old end

-- Nobody changes what was written, nor takes it away before its time, whatever they were granted.
-- +goose StatementBegin
create function access.refuse() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.at < clock_timestamp() - interval '24 months' then
    return old;
  end if;
  raise exception 'access.reads is append-only for 24 months: % refused', tg_op using errcode = 'insufficient_privilege';
end
$$;
-- +goose StatementEnd
create trigger append_only before update or delete on access.reads for each row execute function access.refuse();
create trigger never_emptied before truncate on access.reads for each statement execute function access.refuse();
alter table access.reads enable always trigger append_only;
alter table access.reads enable always trigger never_emptied;

alter table access.reads enable row level security;
create policy anybody on access.reads for insert to sol_request with check (true);
create policy auditor on access.reads for select to sol_request using (current_setting('app.role', true) = 'auditor');
create policy worker on access.reads to sol_worker using (true);

grant usage on schema access to sol_request, sol_worker;
grant insert (person, role, entity, ticket, what, detail, subject) on access.reads to sol_request; -- the time is the database's
grant select on access.reads to sol_request;
grant select, delete on access.reads to sol_worker;
