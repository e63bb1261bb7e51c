INSERT INTO public.projector_offset (group_name, topic, partition, next_offset)
SELECT $1, $2, partition, 0 FROM unnest($3::int[]) AS partition
ON CONFLICT DO NOTHING
