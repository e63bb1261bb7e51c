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
    INSERT INTO unsequenced (shard, aggregate_type, aggregate_id, sequence)
    SELECT log_shard(aggregate_id, $10::smallint), aggregate_type, aggregate_id, sequence
    FROM row
    ORDER BY place
), answered AS (
    INSERT INTO idempotency (scope, key, fingerprint, answer, expires_at)
    SELECT scope, key, fingerprint, answer::json, clock_timestamp() + make_interval(secs => keep_s)
    FROM unnest($11::text[], $12::text[], $13::bytea[], $14::text[], $15::float8[])
        AS a (scope, key, fingerprint, answer, keep_s)
)
INSERT INTO claims (scope, value, aggregate_id)
SELECT scope, value, aggregate_id
FROM unnest($16::text[], $17::text[], $18::text[]) AS c (scope, value, aggregate_id)
