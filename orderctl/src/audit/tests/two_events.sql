INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
SELECT 'order', $1, version, 'Test', '1.0', json_build_object('order', $1::text, 'version', version), '{}'
FROM generate_series(1, 2) AS version
