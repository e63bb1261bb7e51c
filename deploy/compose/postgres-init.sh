#!/bin/bash
# Run by the Postgres image once, on an empty volume: a database and a role of its own for each service and the registry.
set -euo pipefail

passwords=''
while read -r name; do
  variable=${name^^}_DB_PASSWORD
  passwords+=$name=${!variable}$'\n'
done </init/databases.txt
# Those of participants that have a log of their own here.
while read -r name; do
  variable=${name^^}_DB_PASSWORD
  [ -z "${!variable:-}" ] || passwords+=$name=${!variable}$'\n'
done </init/own-databases.txt
DATABASE_PASSWORDS=$passwords \
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres -f /init/databases.sql
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv registry REGISTRY_DB_PASSWORD
CREATE ROLE registry LOGIN PASSWORD :'registry';
CREATE DATABASE registry OWNER registry;
REVOKE CONNECT ON DATABASE registry FROM PUBLIC;
SQL
