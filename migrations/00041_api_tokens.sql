-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- API tokens of integrations (docs/decisions/0080): what each may be used for, and until when. Nodes of the release before know none and refuse all.

-- +goose Up

set local lock_timeout = '5s';

create table identity.api_tokens (
  id         uuid primary key,
  account    uuid not null references identity.accounts, -- with the role integrazione
  name       text not null check (name <> ''),
  token      bytea not null unique check (length(token) = 32), -- SHA-256 of the secret, which has 256 random bits
  scopes     text[] not null check (cardinality(scopes) > 0),
  entity     text not null, -- the only one at which the token may act; '': all
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  issued_at  timestamptz, -- when the event that makes the token valid was recorded; null: not valid
  revoked_at timestamptz,
  used_at    timestamptz, -- of the last use, to the minute
  refused_at timestamptz  -- of the last use that was refused, to the minute
);
create index api_tokens_account on identity.api_tokens (account);

-- What a token may be used for never changes, and a revocation stays.
-- +goose StatementBegin
create function identity.keep_revocation() returns trigger language plpgsql as $$
begin
  if old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
    raise exception 'a revoked API token stays revoked' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger keep_revocation before update on identity.api_tokens for each row execute function identity.keep_revocation();
grant select, insert, update (issued_at, revoked_at, used_at, refused_at), delete on identity.api_tokens to sol_worker;
