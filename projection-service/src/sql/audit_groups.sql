SELECT group_name, partition, next_offset FROM public.projector_offset WHERE topic = $1
