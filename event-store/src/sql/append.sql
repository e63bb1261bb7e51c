WITH row AS (
    SELECT *
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::text[])
        WITH ORDINALITY
        AS r (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id, tenant, place)
), stored AS (
    INSERT INTO events
        (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id, tenant)
    SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload::json, metadata::json, event_id, tenant
    FROM row
), queued AS (
    INSERT INTO unsequenced (shard, aggregate_types, aggregate_ids, sequences)
    -- A single shard takes the columns as they came.
    SELECT 0::smallint, $1, $2, $3
    FROM log_identity
    WHERE shards = 1 AND cardinality($3) > 0
    UNION ALL
    SELECT log_shard(aggregate_id, shards),
           array_agg(aggregate_type ORDER BY place), array_agg(aggregate_id ORDER BY place), array_agg(sequence ORDER BY place)
    FROM log_identity
    CROSS JOIN row
    WHERE shards > 1
    GROUP BY 1
), answered AS (
    INSERT INTO idempotency (id, fingerprint, answer, expires_at)
    SELECT id, fingerprint, answer::json, clock_timestamp() + make_interval(secs => keep_s)
    FROM unnest($10::bytea[], $11::bytea[], $12::text[], $13::float8[]) AS a (id, fingerprint, answer, keep_s)
)
INSERT INTO claims (scope, value, aggregate_id)
SELECT scope, value, aggregate_id
FROM unnest($14::text[], $15::text[], $16::text[]) AS c (scope, value, aggregate_id)
