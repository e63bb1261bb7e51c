-- Takes timers that are due, of each kind at most so many, for a time. Postgres evaluates the selection once, since it is written apart.
WITH selected AS MATERIALIZED (
    SELECT due.aggregate_type, due.aggregate_id
    FROM unnest($1::text[]) AS wanted (kind)
    CROSS JOIN LATERAL (
        SELECT aggregate_type, aggregate_id
        FROM timers
        WHERE aggregate_type = wanted.kind AND due <= $2 AND ($5::text[] IS NULL OR aggregate_id = ANY ($5))
          AND (leased_until IS NULL OR leased_until <= clock_timestamp())
        ORDER BY due
        LIMIT $3
        FOR UPDATE SKIP LOCKED
    ) AS due
)
UPDATE timers AS t
SET leased_until = clock_timestamp() + make_interval(secs => $4)
FROM selected
WHERE t.aggregate_type = selected.aggregate_type AND t.aggregate_id = selected.aggregate_id
RETURNING t.aggregate_type, t.aggregate_id, t.due, t.version, t.failures
