SELECT count(*) FROM public.parked WHERE group_name = $1
