SELECT wanted.place - 1
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (stream, cause, place)
WHERE NOT EXISTS (
    SELECT FROM events AS e WHERE e.aggregate_id = wanted.stream AND e.metadata ->> 'causation_id' = wanted.cause
)
ORDER BY wanted.place
