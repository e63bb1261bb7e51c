SELECT l.aggregate_id, l.sequence, l.position
FROM log l
WHERE l.shard = $1 AND l.position > $2 AND l.position <= $3
  AND NOT EXISTS (
        SELECT FROM events e
        WHERE e.aggregate_type = l.aggregate_type AND e.aggregate_id = l.aggregate_id AND e.sequence = l.sequence)
LIMIT $4
