SELECT partition, begun_offset FROM public.request_groups WHERE group_name = $1 AND topic = $2
