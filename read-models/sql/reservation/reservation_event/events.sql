SELECT shard || '.' || position
FROM reservation_event
WHERE reservation_id = $1::text::uuid
ORDER BY version
LIMIT 20
