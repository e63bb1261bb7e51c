SELECT shard || '.' || position
FROM order_summary
WHERE tenant = $1 AND customer = $2 AND currency = $3
ORDER BY shard, position
LIMIT 20
