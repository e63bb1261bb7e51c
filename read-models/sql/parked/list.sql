SELECT id, group_name, topic, partition, "offset", key, order_id, reason, record, headers, at
FROM public.parked
ORDER BY group_name, topic, partition, "offset"
