-- The append statement for a batch that also sets or cancels timers. Postgres carries out the parts from the last to the first, so the
-- timers are locked by whoever has its events in already.
WITH set_timers AS (
    INSERT INTO timers AS t (aggregate_type, aggregate_id, due, version)
    SELECT kind, id, due, version
    FROM unnest($9::text[], $10::text[], $11::timestamptz[], $12::bigint[]) AS row (kind, id, due, version)
    ON CONFLICT (aggregate_type, aggregate_id)
    DO UPDATE SET due = excluded.due, version = excluded.version, leased_until = NULL, failures = 0, last_error = NULL
), cancelled_timers AS (
    DELETE FROM timers AS t
    USING unnest($13::text[], $14::text[]) AS row (kind, id)
    WHERE t.aggregate_type = row.kind AND t.aggregate_id = row.id
), stored AS (
    INSERT INTO events
        (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id, tenant)
    SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id, tenant
    FROM unnest($4::new_event[])
), queued AS (
    INSERT INTO unsequenced (shard, aggregate_types, aggregate_ids, sequences)
    -- A single shard takes the columns as they came.
    SELECT 0::smallint, $1::text[], $2::text[], $3::bigint[]
    FROM log_identity
    WHERE shards = 1 AND cardinality($3) > 0
    UNION ALL
    SELECT log_shard(id, shards), array_agg(kind ORDER BY place), array_agg(id ORDER BY place), array_agg(sequence ORDER BY place)
    FROM log_identity
    CROSS JOIN unnest($1, $2, $3) WITH ORDINALITY AS row (kind, id, sequence, place)
    WHERE shards > 1
    GROUP BY 1
), answered AS (
    INSERT INTO idempotency (id, fingerprint, answer, expires_at)
    SELECT id, fingerprint, answer, clock_timestamp() + make_interval(secs => keep_s)
    FROM unnest($5::new_answer[])
)
INSERT INTO claims (scope, value, aggregate_id)
SELECT scope, value, aggregate_id
FROM unnest($6::text[], $7::text[], $8::text[]) AS c (scope, value, aggregate_id)
