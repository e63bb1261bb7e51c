-- The versions applied to the whole database.
SELECT version FROM refinery_schema_history
