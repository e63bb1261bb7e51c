INSERT INTO public.projector_offset (group_name, topic, partition, next_offset)
SELECT $1, $2, start.* FROM unnest($3::int[], $4::bigint[]) AS start (partition, next_offset)
ON CONFLICT (group_name, topic, partition) DO UPDATE SET
    next_offset = excluded.next_offset,
    last_offset = NULL,
    last_event_id = NULL,
    last_position = NULL,
    last_recorded_at = NULL,
    lag_ms = NULL,
    updated_at = now()
