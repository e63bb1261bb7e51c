SELECT position, aggregate_id, sequence, aggregate_type
FROM log
WHERE shard = $1 AND position = ANY ($2::bigint[])
