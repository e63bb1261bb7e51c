SELECT id, group_name, topic, partition, "offset", key, has_key, reason, record, headers, timestamp_ms, at
FROM public.parked_requests
WHERE group_name = $1 AND topic = $2 AND key = $3
ORDER BY partition, "offset"
LIMIT 1
