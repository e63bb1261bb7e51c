-- The parts of an append that also sets or cancels timers, before the others. Postgres carries out the parts from the last to the first,
-- so the timers are locked by whoever has its events in already.
set_timers AS (
    INSERT INTO timers AS t (aggregate_type, aggregate_id, due, version)
    SELECT kind, id, due, version
    FROM unnest($9::text[], $10::text[], $11::timestamptz[], $12::bigint[]) AS row (kind, id, due, version)
    ON CONFLICT (aggregate_type, aggregate_id)
    DO UPDATE SET due = excluded.due, version = excluded.version, leased_until = NULL, failures = 0, last_error = NULL
), cancelled_timers AS (
    DELETE FROM timers AS t
    USING unnest($13::text[], $14::text[]) AS row (kind, id)
    WHERE t.aggregate_type = row.kind AND t.aggregate_id = row.id
)
