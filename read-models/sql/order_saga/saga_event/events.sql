SELECT shard || '.' || position
FROM saga_event
WHERE order_id = $1::text::uuid
ORDER BY version
LIMIT 20
