SELECT coalesce(stage, ''), greatest(extract(epoch FROM expires_at - now()), 0)::float8
FROM public.model_rebuild
WHERE holder IS NOT NULL AND expires_at >= now() AND ($1::text IS NULL OR topic IN ('', $1))
ORDER BY expires_at DESC
LIMIT 1
