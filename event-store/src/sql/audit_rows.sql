SELECT l.position, l.aggregate_id, l.sequence, e.event_id::text, encode(sha256(convert_to(e.payload::text, 'UTF8')), 'hex')
FROM log l
JOIN events e ON e.aggregate_type = l.aggregate_type AND e.aggregate_id = l.aggregate_id AND e.sequence = l.sequence
WHERE l.shard = $1 AND l.position = ANY ($2::bigint[])
