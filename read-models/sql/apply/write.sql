{upsert}
WHERE {table}.version < excluded.version
