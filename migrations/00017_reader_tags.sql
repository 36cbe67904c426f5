-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Reader tags: who may read a stream, written by the append. A tag is an opaque id, for example entity/010301.

-- +goose Up

-- readers: the tags of those who may read the stream. They are right if readers_version is the version of the stream. Otherwise a node of
-- the release before has appended since, or they were never written. No index: it would make each append write one.
alter table log.streams add column readers text[], add column readers_version integer;

-- readers: the tags of the stream from this event on; null: the event changes none. only_for: the tags of the only readers who may know of
-- the event; null: all readers of the stream. Both are in the hash of the event.
alter table log.events add column readers text[], add column only_for text[];

-- Tags of streams that a node of the release before has written.
grant update (readers, readers_version) on log.streams to sol_worker;
