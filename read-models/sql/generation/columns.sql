-- The columns of a table, in order; none without the table.
SELECT attname::text, typname::text
FROM pg_attribute
JOIN pg_type ON pg_type.oid = atttypid
WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
ORDER BY attnum
