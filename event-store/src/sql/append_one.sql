WITH stored AS (
    INSERT INTO events
        (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id, tenant)
    VALUES ($1::text, $2::text, $3::bigint, $4::text, $5::text, $6::json, $7::json, $8::uuid, $9::text)
), queued AS (
    INSERT INTO unsequenced (shard, aggregate_types, aggregate_ids, sequences)
    SELECT log_shard($2, shards), ARRAY[$1], ARRAY[$2], ARRAY[$3]
    FROM log_identity
)
INSERT INTO idempotency (id, fingerprint, answer, expires_at)
VALUES ($10::bytea, $11::bytea, $12::json, clock_timestamp() + make_interval(secs => $13::float8))
