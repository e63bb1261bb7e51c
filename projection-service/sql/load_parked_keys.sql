SELECT DISTINCT partition, key
FROM public.parked
WHERE group_name = $1 AND topic = $2 AND partition = ANY ($3::int[])
