SELECT version, shard, position
FROM order_timeline
WHERE order_id = $1
ORDER BY version
