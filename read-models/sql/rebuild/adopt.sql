-- The row without a topic is the first topic's that is rebuilt.
UPDATE public.model_rebuild
SET topic = $1
WHERE topic = ''
  AND (holder IS NULL OR expires_at < now())
  AND NOT EXISTS (SELECT FROM public.model_rebuild WHERE topic = $1)
