SELECT sequence, event_type, event_version, payload, metadata, event_id, tenant, recorded_at
FROM events
WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence > $3
ORDER BY sequence
LIMIT $4
