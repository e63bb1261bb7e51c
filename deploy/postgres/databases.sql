-- Makes each database with a role of its own; may be run again at any time, and then sets the passwords anew.
-- Run by psql as the superuser. DATABASE_PASSWORDS has a line NAME=PASSWORD for each database. It comes from the environment, never
-- from a command line that others can list, and is quoted by the server itself, so that any password without a line break is safe.
\getenv passwords DATABASE_PASSWORDS

CREATE TEMPORARY TABLE wanted AS
SELECT split_part(line, '=', 1) AS name, substr(line, strpos(line, '=') + 1) AS password
FROM regexp_split_to_table(:'passwords', E'\n') AS line
WHERE line <> '';

SELECT format('CREATE ROLE %I LOGIN', name)
FROM wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

SELECT format('ALTER ROLE %I PASSWORD %L', name, password)
FROM wanted \gexec

SELECT format('CREATE DATABASE %I OWNER %I', name, name)
FROM wanted
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec

-- No role may look into another's database.
SELECT format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', name)
FROM wanted \gexec
