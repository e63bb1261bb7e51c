SELECT id, group_name, topic, partition, "offset", key, order_id, reason, record, headers, at
FROM public.parked
WHERE id = $1
