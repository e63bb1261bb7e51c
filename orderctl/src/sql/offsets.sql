SELECT partition, next_offset, last_position, lag_ms
FROM public.projector_offset
WHERE group_name = $1 AND topic = $2
