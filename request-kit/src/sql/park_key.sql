INSERT INTO public.parked_request_keys (group_name, topic, partition, key)
VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING
