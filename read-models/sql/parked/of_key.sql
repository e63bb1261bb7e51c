SELECT id, group_name, topic, partition, "offset", key, order_id, reason, record, headers, at
FROM public.parked
WHERE group_name = $1 AND key = $2
ORDER BY topic, partition, "offset"
