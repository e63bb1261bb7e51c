SELECT topic, partition, key
FROM public.parked_request_keys
WHERE group_name = $1 AND (topic, partition) IN (SELECT * FROM unnest($2::text[], $3::int[]))
