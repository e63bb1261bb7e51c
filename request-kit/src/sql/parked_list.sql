SELECT id, group_name, topic, partition, "offset", key, has_key, reason, record, headers, timestamp_ms, at
FROM public.parked_requests
ORDER BY group_name, topic, partition, "offset"
