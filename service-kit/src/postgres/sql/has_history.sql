-- Whether an earlier release migrated the database.
SELECT to_regclass('refinery_schema_history') IS NOT NULL
