-- SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
-- SPDX-License-Identifier: EUPL-1.2

-- The roles of a node log in themselves and own nothing. The tables of read models belong to the owner of the database, who lets a rebuild
-- exchange them by the functions below. sol_definer owns the functions that read for others, and sol_request the views. Nodes of the release
-- before log in as the owner and set the role, sol_request for what requests read: they read and write as before. A rebuild that one of them
-- begins is refused.

-- +goose Up

-- Another database of the cluster may be changing the same roles right now: look again.
-- +goose StatementBegin
do $$
declare
  wanted text;
  before text := current_setting('role');
begin
  foreach wanted in array array['sol_definer', 'sol_maintenance', 'sol_viewer', 'sol_append', 'sol_worker'] loop
    for attempt in 1..20 loop
      begin
        if not exists (select from pg_roles where rolname = wanted) then
          execute format('create role %I nologin nosuperuser nocreatedb nocreaterole nobypassrls', wanted);
        end if;
        begin -- from version 16 on, who creates a role is its member and still may not act as it
          perform set_config('role', wanted, true);
          perform set_config('role', before, true);
        exception when insufficient_privilege then
          execute format('grant %I to %I', wanted, current_user);
        end;
        if wanted <> 'sol_definer' and not (select rolcanlogin from pg_roles where rolname = wanted) then
          execute format('alter role %I login', wanted);
        end if;
        exit;
      exception
        when insufficient_privilege then
          raise exception 'role % may not prepare role %', current_user, wanted
            using hint = format('as a superuser: create role %1$I %2$s; grant %1$I to %3$I', wanted,
              case when wanted = 'sol_definer' then 'nologin' else 'login' end, current_user);
        when duplicate_object or unique_violation or internal_error then
          if attempt = 20 then
            raise;
          end if;
          perform pg_sleep(0.05);
      end;
    end loop;
  end loop;
end
$$;
-- +goose StatementEnd

-- Gives sol_worker and sol_definer their rights on a table of a read model. A procedure read.dress_… calls it for each of its tables.
-- +goose StatementBegin
create procedure read.grant_rights(name text) language plpgsql as $$
begin
  execute format('grant select, insert, update, delete on read.%I to sol_worker', name);
  execute format('grant select on read.%I to sol_definer', name);
  execute format('create policy definer on read.%I for select to sol_definer using (true)', name);
end
$$;
-- +goose StatementEnd
revoke execute on procedure read.grant_rights from public;

-- The tables, functions and procedures that belonged to sol_worker.
grant usage, create on schema read to sol_definer;
-- +goose StatementBegin
do $$
declare
  part record;
begin
  for part in
    select oid::regclass as name, relname from pg_class
    where relnamespace = 'read'::regnamespace and relkind = 'r' and relowner = 'sol_worker'::regrole
  loop
    execute format('alter table %s owner to current_user', part.name);
    call read.grant_rights(part.relname);
  end loop;
  for part in
    select oid::regprocedure as name from pg_proc
    where pronamespace = 'read'::regnamespace and prosecdef and proowner = 'sol_worker'::regrole
  loop
    execute format('alter function %s owner to sol_definer', part.name);
  end loop;
  for part in
    select pg_get_functiondef(oid) as text from pg_proc
    where pronamespace = 'read'::regnamespace and prokind = 'p' and prosrc like '%owner to sol_worker%'
  loop
    execute replace(part.text, 'execute format(''alter table read.%I owner to sol_worker'', part);', 'call read.grant_rights(part);');
  end loop;
  if exists (select from pg_proc where pronamespace = 'read'::regnamespace and prosrc like '%owner to sol_worker%') then
    raise exception 'a procedure of schema read still makes sol_worker the owner of a table';
  end if;
end
$$;
-- +goose StatementEnd
revoke create on schema read from sol_definer;
revoke create on schema read from sol_worker;

-- Creates empty tables NAME_new with the columns of the tables with these names, and drops those of an interrupted rebuild.
-- +goose StatementBegin
create function read.begin_rebuild(tables text[]) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  part text;
begin
  foreach part in array tables loop
    execute format('drop table if exists read.%I', part || '_new');
    execute format('create table read.%I (like read.%I including defaults including generated including storage)', part || '_new', part);
    execute format('grant select, insert, update, delete on read.%I to sol_worker', part || '_new');
  end loop;
end
$$;
-- +goose StatementEnd

-- Gives the filled tables NAME_new of a model, for example tickets_v3, their indexes, policies and rights, and the planner its statistics.
-- +goose StatementBegin
create function read.dress_rebuilt(model text, tables text[]) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  part text;
begin
  execute format('call read.%I(%L)', 'dress_' || model, '_new');
  foreach part in array tables loop
    execute format('analyze read.%I', part || '_new');
  end loop;
end
$$;
-- +goose StatementEnd

-- Replaces tables, and what their views show, by those that a rebuild has filled. Tables that row-level security does not protect are refused.
-- +goose StatementBegin
create function read.swap_rebuilt(tables text[]) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  part  text;
  views text[];
begin
  -- Requests lock a view before its table, and the views in the order of the tables: so does this.
  select coalesce(array_agg(relname::text order by array_position(tables, relname::text)), '{}') into views
  from pg_class where relnamespace = 'shown'::regnamespace and relname = any (tables);
  foreach part in array views loop
    execute format('drop view shown.%I', part);
  end loop;
  foreach part in array tables loop
    if not exists (select from pg_class where relnamespace = 'read'::regnamespace and relname = part || '_new'
        and relkind = 'r' and relrowsecurity and relforcerowsecurity) then
      raise exception 'read.%_new is not protected by row-level security', part;
    end if;
    execute format('alter table read.%I rename to %I', part, part || '_old');
    execute format('alter table read.%I rename to %I', part || '_new', part);
    execute format('drop table read.%I', part || '_old');
  end loop;
  foreach part in array views loop
    call access.show(format('read.%I', part)::regclass);
  end loop;
end
$$;
-- +goose StatementEnd

-- Drops the tables of all versions before one that exists. tables are names without a version.
-- +goose StatementBegin
create function read.drop_earlier(tables text[], version integer) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  part text;
begin
  foreach part in array tables loop
    if to_regclass(format('read.%I', part || '_v' || version)) is null then
      raise exception 'read.%_v% does not exist', part, version;
    end if;
    for earlier in 1 .. version - 1 loop
      execute format('drop view if exists shown.%I', part || '_v' || earlier);
      execute format('drop table if exists read.%I', part || '_v' || earlier);
    end loop;
  end loop;
end
$$;
-- +goose StatementEnd
revoke execute on function read.begin_rebuild, read.dress_rebuilt, read.swap_rebuilt, read.drop_earlier from public;
grant execute on function read.begin_rebuild, read.dress_rebuilt, read.swap_rebuilt, read.drop_earlier to sol_worker;

-- A node that does not know the owner's login compares the version of the schema and the log with what it saw last, as sol_worker.
grant select on goose_db_version to sol_worker;
grant insert, update on log.server to sol_worker;

-- Lets the numbers of tickets continue after one that was seen. It lowers none.
create function log.continue_numbers(seen bigint) returns void
language sql security definer set search_path = pg_catalog as $$
  select setval('log.numbers', greatest(seen, last_value)) from log.numbers
$$;
grant usage, create on schema log to sol_definer;
grant select, update on sequence log.numbers to sol_definer;
alter function log.continue_numbers owner to sol_definer;
revoke create on schema log from sol_definer;
revoke execute on function log.continue_numbers from public;
grant execute on function log.continue_numbers to sol_worker;
