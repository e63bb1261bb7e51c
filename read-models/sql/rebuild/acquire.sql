UPDATE public.model_rebuild
SET holder          = $1,
    stage           = 'begins',
    expires_at      = now() + make_interval(secs => $2),
    last_generation = greatest(last_generation, (SELECT max(generation) FROM public.model_generation)) + 1
WHERE holder IS NULL OR expires_at < now()
RETURNING last_generation
