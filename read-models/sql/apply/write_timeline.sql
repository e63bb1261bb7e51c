INSERT INTO order_timeline (
    order_id, version, event_id, type, at, recorded_at, body, correlation_id, causation_id, traceparent, shard, position)
SELECT *
FROM unnest(
    $1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::jsonb[], $8::text[],
    $9::text[], $10::text[], $11::smallint[], $12::bigint[])
