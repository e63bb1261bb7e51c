-- The parts that every append has; what stands before them begins the WITH.
stored AS (
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
