UPDATE public.model_rebuild SET expires_at = now() + make_interval(secs => $2) WHERE holder = $1
