INSERT INTO log_head (shard)
SELECT shard
FROM generate_series(0, $1::smallint - 1) AS shard
ON CONFLICT DO NOTHING
