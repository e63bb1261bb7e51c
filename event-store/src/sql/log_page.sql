SELECT l.position, l.aggregate_type, l.aggregate_id, l.sequence,
       e.event_type, e.event_version, e.payload, e.metadata, e.event_id, e.tenant, e.recorded_at
FROM log l
LEFT JOIN LATERAL (
    SELECT event_type, event_version, payload, metadata, event_id, tenant, recorded_at
    FROM events
    WHERE aggregate_type = l.aggregate_type AND aggregate_id = l.aggregate_id AND sequence = l.sequence
    OFFSET 0
) e ON true
WHERE l.shard = $1 AND l.position > $2 AND l.position <= $3
ORDER BY l.position
