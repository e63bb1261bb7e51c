INSERT INTO public.model_rebuild AS lease (topic, holder, stage, expires_at, last_generation)
SELECT $1, $2, 'begins', now() + make_interval(secs => $3), used.generation + 1
FROM (
    SELECT greatest(
        (SELECT max(last_generation) FROM public.model_rebuild),
        (SELECT max(generation) FROM public.model_generation)) AS generation
) AS used
WHERE NOT EXISTS (SELECT FROM public.model_rebuild WHERE topic = '' AND holder IS NOT NULL AND expires_at >= now())
ON CONFLICT (topic) DO UPDATE SET
    holder          = excluded.holder,
    stage           = excluded.stage,
    expires_at      = excluded.expires_at,
    -- What was read of this row may be older than the row that is locked now.
    last_generation = greatest(lease.last_generation + 1, excluded.last_generation)
WHERE lease.holder IS NULL OR lease.expires_at < now()
RETURNING last_generation
