UPDATE public.model_rebuild SET holder = NULL, stage = NULL, expires_at = NULL WHERE holder = $1
