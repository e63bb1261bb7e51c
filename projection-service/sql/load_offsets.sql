SELECT partition, next_offset, last_offset, last_event_id
FROM public.projector_offset
WHERE group_name = $1 AND topic = $2 AND partition = ANY ($3::int[])
