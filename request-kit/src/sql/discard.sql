WITH discarded AS (
    DELETE FROM public.parked_requests WHERE id = $1
    RETURNING group_name, topic, partition, "offset", key, reason, record, headers
), kept AS (
    INSERT INTO public.discarded_requests (group_name, topic, partition, "offset", key, reason, record, headers, why)
    SELECT discarded.*, $2::text FROM discarded
    ON CONFLICT DO NOTHING
)
SELECT group_name, topic, key FROM discarded
