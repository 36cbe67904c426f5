-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Mails that had failed are sent again to a corrected address, in their order. What an operator has opened is marked, so that lists show the
-- replies that nobody has read.

-- +goose Up

set local lock_timeout = '5s';

alter table mail.deliveries
  add column address integer not null default 0, -- number of the address to which the mail went last; 0 is that of the form
  add column resent_as uuid,                     -- the mail that was made of this failed one
  add column after uuid;                         -- the mail before this one, which must have ended

create table notice.opened (
  ticket  uuid not null,
  account text not null,
  version integer not null, -- of the ticket when the operator opened it last with an unread reply
  primary key (ticket, account)
);
alter table notice.opened enable row level security;
create policy worker on notice.opened to sol_worker using (true) with check (true);
create policy viewer on notice.opened for select to sol_request using (
  current_setting('app.role', true) in ('operatore_asr', 'supervisore_asr', 'operatore_regionale', 'supervisore_regionale', 'auditor'));
grant select, insert, update, delete on notice.opened to sol_worker;
grant select on notice.opened to sol_request;
