-- Roles for a team's store of joulecast in this database (docs/teams.md). Run it once, as a superuser or the database's
-- owner with the right to make roles, before the first run is stored; running it again changes nothing.
--
--   psql -d runs -f roles.sql
--
-- It makes three groups, which nobody can log in as. Put people into one of them:
--
--   CREATE ROLE anna LOGIN PASSWORD '…' IN ROLE joulecast_writer;   -- stores runs; changes and removes her own alone
--   CREATE ROLE board LOGIN PASSWORD '…' IN ROLE joulecast_reader;  -- sees all runs, but no command line
--   GRANT joulecast_owner TO dora;                                  -- migrates the schema; may change every run
--
-- Who is in joulecast_writer sees the figures of all runs, and the command lines of his own. The server itself sees to
-- that, by row-level security, whatever program he uses.

\set ON_ERROR_STOP on

BEGIN;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['joulecast_owner', 'joulecast_writer', 'joulecast_reader'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', name);
    END IF;
  END LOOP;
  EXECUTE format('GRANT CREATE ON DATABASE %I TO joulecast_owner', current_database());
  -- The views that are computed run by run are temporary tables, which end with the question.
  EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO joulecast_writer, joulecast_reader', current_database());
END $$;

CREATE SCHEMA IF NOT EXISTS joulecast AUTHORIZATION joulecast_owner;
CREATE SCHEMA IF NOT EXISTS joulecast_views AUTHORIZATION joulecast_owner;
GRANT USAGE ON SCHEMA joulecast, joulecast_views TO joulecast_writer, joulecast_reader;

-- Of the tables that are there, and of those that a later version of joulecast adds. Which rows of them a writer may
-- change, the tables' own policies say.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA joulecast TO joulecast_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA joulecast TO joulecast_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA joulecast_views TO joulecast_writer, joulecast_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE joulecast_owner IN SCHEMA joulecast
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO joulecast_writer;
ALTER DEFAULT PRIVILEGES FOR ROLE joulecast_owner IN SCHEMA joulecast GRANT SELECT ON TABLES TO joulecast_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE joulecast_owner IN SCHEMA joulecast_views
  GRANT SELECT ON TABLES TO joulecast_writer, joulecast_reader;

COMMIT;

-- The tables themselves are made by the first joulecast command of a member of joulecast_owner:
--   joulecast import BUNDLE --store postgresql://dora@host/runs   (or any `joulecast run`)
