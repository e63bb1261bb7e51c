UPDATE public.model_rebuild SET stage = $2 WHERE holder = $1
