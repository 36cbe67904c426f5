-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- Security keys (WebAuthn) are rows of identity.factors of the kind security-key: sealed holds the key, or until it is confirmed the challenge that
-- it must answer; step holds the counter of its last answer. See docs/decisions/0079.

-- +goose Up

set local lock_timeout = '5s';

alter table identity.sessions
  add column challenge bytea; -- JSON: of a security key that the login waits for; the first answer takes it away
