INSERT INTO public.request_groups (group_name, topic, partition, begun_offset)
SELECT $1, begun.* FROM unnest($2::text[], $3::int[], $4::bigint[]) AS begun
ON CONFLICT DO NOTHING
