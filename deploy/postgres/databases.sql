-- Makes each database with a role of its own; may be run again at any time, and then sets the passwords anew.
-- Run by psql as the superuser. The passwords come from the environment, never from a command line that others can
-- list, and are quoted by the server itself, so that any password is safe.
\getenv orders ORDERS_DB_PASSWORD
\getenv read READ_DB_PASSWORD
\getenv identity IDENTITY_DB_PASSWORD

SELECT format('CREATE ROLE %I LOGIN', name)
FROM (VALUES ('orders'), ('read'), ('identity')) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

SELECT format('ALTER ROLE %I PASSWORD %L', name, password)
FROM (VALUES ('orders', :'orders'), ('read', :'read'), ('identity', :'identity')) AS wanted (name, password) \gexec

SELECT format('CREATE DATABASE %I OWNER %I', name, name)
FROM (VALUES ('orders'), ('read'), ('identity')) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec

-- No role may look into another's database.
SELECT format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', name)
FROM (VALUES ('orders'), ('read'), ('identity')) AS wanted (name) \gexec
