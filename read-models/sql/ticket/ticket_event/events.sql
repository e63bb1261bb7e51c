SELECT shard || '.' || position
FROM ticket_event
WHERE ticket_id = $1::text::uuid
ORDER BY version
LIMIT 20
