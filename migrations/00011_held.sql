-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- What is still held from somebody is found without reading the whole stream of changes: a client that begins to follow
-- it must hear of that later, though it comes before what they know.

-- +goose Up

alter procedure read.dress_tickets_v1(text) rename to dress_tickets_v1_lists;
-- +goose StatementBegin
create procedure read.dress_tickets_v1(suffix text) language plpgsql as $$
begin
  call read.dress_tickets_v1_lists(suffix);
  execute format('create index on read.%I (citizen_at) where citizen_at > at', 'timeline_v1' || suffix);
end
$$;
-- +goose StatementEnd
create index on read.timeline_v1 (citizen_at) where citizen_at > at;
