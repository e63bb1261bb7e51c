SELECT group_name, topic, partition, next_offset, last_position, last_recorded_at, lag_ms, updated_at
FROM public.projector_offset
ORDER BY group_name, topic, partition
