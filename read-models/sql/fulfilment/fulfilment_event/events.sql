SELECT shard || '.' || position
FROM fulfilment_event
WHERE fulfilment_id = $1::text::uuid
ORDER BY version
LIMIT 20
