SELECT c.scope, c.value, c.aggregate_id
FROM unnest($1::text[], $2::text[]) AS w (scope, value)
JOIN claims c USING (scope, value)
