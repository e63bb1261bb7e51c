SELECT topic, partition FROM public.request_groups WHERE group_name = $1
