-- The first of some kinds ($1) of which there is a stream.
SELECT kind
FROM unnest($1::text[]) AS wanted (kind)
WHERE EXISTS (SELECT FROM events WHERE aggregate_type = kind)
ORDER BY kind
LIMIT 1
