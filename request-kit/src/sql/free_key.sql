DELETE FROM public.parked_request_keys AS parked_key
WHERE group_name = $1 AND topic = $2 AND key = $3 AND NOT EXISTS (
    SELECT FROM public.parked_requests AS parked
    WHERE (parked.group_name, parked.topic, parked.partition, parked.key)
        = (parked_key.group_name, parked_key.topic, parked_key.partition, parked_key.key)
)
